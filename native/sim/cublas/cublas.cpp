// A plain cuBLAS in float32: what the CUDA backend calls, checked as cuBLAS checks it. Column-major,
// as there. Sums are kept in double, so that results are the exact ones to float32's rounding.
#include "sim.h"

#include <vector>

using namespace thaw::sim;
using Guard = std::lock_guard<std::recursive_mutex>;

namespace {
enum : int {
    OK = 0,
    BLAS_NOT_INITIALIZED = 1,
    BLAS_INVALID_VALUE = 7,
    BLAS_EXECUTION_FAILED = 13,
    BLAS_NOT_SUPPORTED = 15,
};
constexpr int R_32F = 0;                        // CUDA_R_32F
constexpr int COMPUTE_32F = 68;                 // CUBLAS_COMPUTE_32F, and the values up to
constexpr int COMPUTE_32F_FAST_TF32 = 77;       // this one differ in precision only
constexpr int TF32_TENSOR_OP_MATH = 3;
constexpr int VERSION = 12600;

struct Handle {
    void* stream = nullptr;
    bool devicePointers = false;
    int mathMode = 0;
};
Handles<Handle>& handles() {
    static auto* h = new Handles<Handle>(LIVE_DESCRIPTORS);
    return *h;
}

int noHandle(const char* call) {
    return refuse(BLAS_NOT_INITIALIZED, "%s: no cuBLAS handle that lives", call);
}

/** A stored matrix, of which an operation may take the transpose. */
struct Matrix {
    const char* name;
    const float* data;
    int rows, columns; // after the operation
    bool transposed;
    int leading;

    float at(int row, int column) const {
        return transposed ? data[column + int64_t(row) * leading]
                          : data[row + int64_t(column) * leading];
    }
    int storedRows() const {
        return transposed ? columns : rows;
    }
    size_t bytes() const {
        int storedColumns = transposed ? rows : columns;
        if (!storedRows() || !storedColumns) {
            return 0;
        }
        return (size_t(storedColumns - 1) * size_t(leading) + size_t(storedRows())) * sizeof(float);
    }
};

int check(const char* call, const Matrix& m) {
    if (m.leading < std::max(1, m.storedRows())) {
        return refuse(BLAS_INVALID_VALUE, "%s: %s's leading dimension %d is below its %d rows", call,
                      m.name, m.leading, m.storedRows());
    }
    if (m.bytes() && checkDevice(m.data, m.bytes(), sizeof(float))) {
        return refuse(BLAS_EXECUTION_FAILED, "%s: %s: %s", call, m.name,
                      describe(m.data, m.bytes()).c_str());
    }
    return OK;
}

/** What a factor is: read at the call from the host, or when the work runs from the device. */
struct Scalar {
    const float* place;
    bool onDevice;
    float value;

    Scalar(const Handle& h, const void* p)
            : place(static_cast<const float*>(p)), onDevice(h.devicePointers),
              value(onDevice || !p ? 0 : *place) {}
    float get() const {
        return onDevice ? *place : value;
    }
};

int toStatus(const char* call, int result) {
    return result ? refuse(BLAS_EXECUTION_FAILED, "%s: CUresult %d", call, result) : int(OK);
}

/** c = alpha a b + beta c; c is not read where beta is 0. */
void multiply(const Matrix& a, const Matrix& b, float* c, int ldc, float alpha, float beta) {
    int m = a.rows, n = b.columns, k = a.columns;
    std::vector<float> rows(size_t(m) * size_t(k));
    for (int i = 0; i < m; i++) {
        for (int p = 0; p < k; p++) {
            rows[size_t(i) * size_t(k) + size_t(p)] = a.at(i, p);
        }
    }
    std::vector<float> column(static_cast<size_t>(k));
    for (int j = 0; j < n; j++) {
        for (int p = 0; p < k; p++) {
            column[size_t(p)] = b.at(p, j);
        }
        for (int i = 0; i < m; i++) {
            const float* row = rows.data() + size_t(i) * size_t(k);
            double sums[4] = {};
            int p = 0;
            for (; p + 4 <= k; p += 4) {
                for (int l = 0; l < 4; l++) {
                    sums[l] += double(row[p + l]) * double(column[size_t(p + l)]);
                }
            }
            for (; p < k; p++) {
                sums[0] += double(row[p]) * double(column[size_t(p)]);
            }
            float& y = c[i + int64_t(j) * ldc];
            double product = double(alpha) * (sums[0] + sums[1] + sums[2] + sums[3]);
            y = float(beta == 0 ? product : product + double(beta) * double(y));
        }
    }
}

struct Gemm {
    const char* call;
    int opA, opB, m, n, k;
    const void *alpha, *a;
    int lda;
    int64_t strideA;
    const void* b;
    int ldb;
    int64_t strideB;
    const void* beta;
    void* c;
    int ldc;
    int64_t strideC;
    int batch;
    int compute;
};

int gemm(void* handle, const Gemm& g) {
    Guard guard(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle(g.call);
    }
    if (g.m < 0 || g.n < 0 || g.k < 0 || g.batch < 0 || g.opA < 0 || g.opA > 2 || g.opB < 0
        || g.opB > 2) {
        return refuse(BLAS_INVALID_VALUE, "%s: m %d, n %d, k %d, batch %d, operations %d and %d",
                      g.call, g.m, g.n, g.k, g.batch, g.opA, g.opB);
    }
    if (!g.alpha || !g.beta) {
        return refuse(BLAS_INVALID_VALUE, "%s: alpha or beta is null", g.call);
    }
    std::vector<Matrix> as, bs, cs;
    for (int i = 0; i < g.batch; i++) {
        as.push_back({"A", static_cast<const float*>(g.a) + i * g.strideA, g.m, g.k, g.opA != 0, g.lda});
        bs.push_back({"B", static_cast<const float*>(g.b) + i * g.strideB, g.k, g.n, g.opB != 0, g.ldb});
        cs.push_back({"C", static_cast<float*>(g.c) + i * g.strideC, g.m, g.n, false, g.ldc});
        for (const Matrix& m : {as.back(), bs.back(), cs.back()}) {
            if (int status = check(g.call, m)) {
                return status;
            }
        }
    }
    Scalar alpha(*h, g.alpha), beta(*h, g.beta);
    const char* call = g.call;
    bool tf32 = g.compute == COMPUTE_32F_FAST_TF32 || h->mathMode == TF32_TENSOR_OP_MATH;
    return toStatus(call, submit(h->stream, std::string(call) + (tf32 ? " TF32" : ""), [=] {
        counter(LIBRARY_CALLS)++;
        if (setting(DRY)) {
            return int(SUCCESS);
        }
        for (size_t i = 0; i < as.size(); i++) {
            if (check(call, as[i]) || check(call, bs[i]) || check(call, cs[i])) {
                return int(ILLEGAL_ADDRESS);
            }
            multiply(as[i], bs[i], const_cast<float*>(cs[i].data), cs[i].leading, alpha.get(),
                     beta.get());
        }
        return int(SUCCESS);
    }));
}

int onlyFloat(const char* call, int a, int b, int c, int compute) {
    if (a || b || c || compute < COMPUTE_32F || compute > COMPUTE_32F_FAST_TF32) {
        return refuse(BLAS_NOT_SUPPORTED,
                      "%s: only CUDA_R_32F (0) with CUBLAS_COMPUTE_32F is simulated, not types %d, "
                      "%d, %d and compute type %d", call, a, b, c, compute);
    }
    return OK;
}

/** An x that each call walks with a step. */
int checkVector(const char* call, const void* x, int n, int step) {
    size_t bytes = n ? (size_t(n - 1) * size_t(std::abs(step)) + 1) * sizeof(float) : 0;
    if (n < 0 || !step || (bytes && checkDevice(x, bytes, sizeof(float)))) {
        return refuse(BLAS_EXECUTION_FAILED, "%s: %s", call, describe(x, bytes).c_str());
    }
    return OK;
}
} // namespace

THAW_API int cublasCreate_v2(void** out) {
    Guard g(lock());
    *out = nullptr;
    if (ready()) {
        return BLAS_NOT_INITIALIZED;
    }
    *out = handles().add(new Handle);
    return OK;
}

THAW_API int cublasDestroy_v2(void* handle) {
    Guard g(lock());
    return handles().remove(handle) ? int(OK) : noHandle("cublasDestroy");
}

THAW_API int cublasGetVersion_v2(void*, int* version) {
    *version = VERSION;
    return OK;
}

THAW_API int cublasGetProperty(int which, int* value) {
    *value = which == 0 ? VERSION / 1000 : which == 1 ? VERSION / 100 % 10 : VERSION % 100;
    return which >= 0 && which <= 2 ? int(OK) : int(BLAS_INVALID_VALUE);
}

THAW_API size_t cublasGetCudartVersion() {
    return 12060;
}

THAW_API const char* cublasGetStatusName(int status) {
    switch (status) {
    case OK:
        return "CUBLAS_STATUS_SUCCESS";
    case BLAS_NOT_INITIALIZED:
        return "CUBLAS_STATUS_NOT_INITIALIZED";
    case BLAS_INVALID_VALUE:
        return "CUBLAS_STATUS_INVALID_VALUE";
    case BLAS_EXECUTION_FAILED:
        return "CUBLAS_STATUS_EXECUTION_FAILED";
    case BLAS_NOT_SUPPORTED:
        return "CUBLAS_STATUS_NOT_SUPPORTED";
    default:
        return "CUBLAS_STATUS_UNKNOWN";
    }
}

THAW_API const char* cublasGetStatusString(int status) {
    return cublasGetStatusName(status);
}

THAW_API int cublasSetStream_v2(void* handle, void* stream) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasSetStream");
    }
    if (!streamLives(stream)) {
        return refuse(BLAS_INVALID_VALUE, "cublasSetStream: no stream that lives");
    }
    h->stream = stream;
    return OK;
}

THAW_API int cublasGetStream_v2(void* handle, void** stream) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasGetStream");
    }
    *stream = h->stream;
    return OK;
}

THAW_API int cublasSetPointerMode_v2(void* handle, int mode) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasSetPointerMode");
    }
    h->devicePointers = mode == 1;
    return mode == 0 || mode == 1 ? int(OK) : int(BLAS_INVALID_VALUE);
}

THAW_API int cublasGetPointerMode_v2(void* handle, int* mode) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasGetPointerMode");
    }
    *mode = h->devicePointers;
    return OK;
}

THAW_API int cublasSetMathMode(void* handle, int mode) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasSetMathMode");
    }
    h->mathMode = mode;
    return OK;
}

THAW_API int cublasGetMathMode(void* handle, int* mode) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasGetMathMode");
    }
    *mode = h->mathMode;
    return OK;
}

THAW_API int cublasSetAtomicsMode(void* handle, int) {
    Guard g(lock());
    return handles().get(handle) ? int(OK) : noHandle("cublasSetAtomicsMode");
}

THAW_API int cublasSetWorkspace_v2(void* handle, void* workspace, size_t bytes) {
    Guard g(lock());
    if (!handles().get(handle)) {
        return noHandle("cublasSetWorkspace");
    }
    if (bytes && checkDevice(workspace, bytes, 256)) {
        return refuse(BLAS_INVALID_VALUE, "cublasSetWorkspace: %s; it must lie on 256 bytes",
                      describe(workspace, bytes).c_str());
    }
    return OK;
}

THAW_API int cublasSgemm_v2(void* handle, int opA, int opB, int m, int n, int k, const float* alpha,
                            const float* a, int lda, const float* b, int ldb, const float* beta,
                            float* c, int ldc) {
    return gemm(handle, {"cublasSgemm", opA, opB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c, ldc,
                         0, 1, COMPUTE_32F});
}

THAW_API int cublasGemmEx(void* handle, int opA, int opB, int m, int n, int k, const void* alpha,
                          const void* a, int typeA, int lda, const void* b, int typeB, int ldb,
                          const void* beta, void* c, int typeC, int ldc, int compute, int) {
    if (int status = onlyFloat("cublasGemmEx", typeA, typeB, typeC, compute)) {
        return status;
    }
    return gemm(handle, {"cublasGemmEx", opA, opB, m, n, k, alpha, a, lda, 0, b, ldb, 0, beta, c,
                         ldc, 0, 1, compute});
}

THAW_API int cublasSgemmStridedBatched(void* handle, int opA, int opB, int m, int n, int k,
                                       const float* alpha, const float* a, int lda,
                                       long long strideA, const float* b, int ldb,
                                       long long strideB, const float* beta, float* c, int ldc,
                                       long long strideC, int batch) {
    return gemm(handle, {"cublasSgemmStridedBatched", opA, opB, m, n, k, alpha, a, lda, strideA, b,
                         ldb, strideB, beta, c, ldc, strideC, batch, COMPUTE_32F});
}

THAW_API int cublasGemmStridedBatchedEx(void* handle, int opA, int opB, int m, int n, int k,
                                        const void* alpha, const void* a, int typeA, int lda,
                                        long long strideA, const void* b, int typeB, int ldb,
                                        long long strideB, const void* beta, void* c, int typeC,
                                        int ldc, long long strideC, int batch, int compute, int) {
    const char* call = "cublasGemmStridedBatchedEx";
    if (int status = onlyFloat(call, typeA, typeB, typeC, compute)) {
        return status;
    }
    return gemm(handle, {call, opA, opB, m, n, k, alpha, a, lda, strideA, b, ldb, strideB, beta, c,
                         ldc, strideC, batch, compute});
}

/** y = alpha x + y */
THAW_API int cublasSaxpy_v2(void* handle, int n, const float* alpha, const float* x, int stepX,
                            float* y, int stepY) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasSaxpy");
    }
    if (int status = checkVector("cublasSaxpy", x, n, stepX)) {
        return status;
    }
    if (int status = checkVector("cublasSaxpy", y, n, stepY)) {
        return status;
    }
    Scalar a(*h, alpha);
    return toStatus("cublasSaxpy", submit(h->stream, "cublasSaxpy", [=] {
        counter(LIBRARY_CALLS)++;
        if (setting(DRY)) {
            return int(SUCCESS);
        }
        for (int i = 0; i < n; i++) {
            y[int64_t(i) * stepY] += a.get() * x[int64_t(i) * stepX];
        }
        return int(SUCCESS);
    }));
}

/** x = alpha x */
THAW_API int cublasSscal_v2(void* handle, int n, const float* alpha, float* x, int step) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasSscal");
    }
    if (int status = checkVector("cublasSscal", x, n, step)) {
        return status;
    }
    Scalar a(*h, alpha);
    return toStatus("cublasSscal", submit(h->stream, "cublasSscal", [=] {
        counter(LIBRARY_CALLS)++;
        if (setting(DRY)) {
            return int(SUCCESS);
        }
        for (int i = 0; i < n; i++) {
            x[int64_t(i) * step] *= a.get();
        }
        return int(SUCCESS);
    }));
}

/** c = alpha op(a) + beta op(b), all m by n. */
THAW_API int cublasSgeam(void* handle, int opA, int opB, int m, int n, const float* alpha,
                         const float* a, int lda, const float* beta, const float* b, int ldb,
                         float* c, int ldc) {
    Guard g(lock());
    Handle* h = handles().get(handle);
    if (!h) {
        return noHandle("cublasSgeam");
    }
    Scalar al(*h, alpha), be(*h, beta);
    Matrix ma{"A", a, m, n, opA != 0, lda}, mb{"B", b, m, n, opB != 0, ldb},
            mc{"C", c, m, n, false, ldc};
    bool usesA = al.onDevice || al.value != 0, usesB = be.onDevice || be.value != 0;
    int status = usesA ? check("cublasSgeam", ma) : OK;
    status = !status && usesB ? check("cublasSgeam", mb) : status;
    status = status ? status : check("cublasSgeam", mc);
    if (status) {
        return status;
    }
    return toStatus("cublasSgeam", submit(h->stream, "cublasSgeam", [=] {
        counter(LIBRARY_CALLS)++;
        if (setting(DRY)) {
            return int(SUCCESS);
        }
        for (int j = 0; j < n; j++) {
            for (int i = 0; i < m; i++) {
                c[i + int64_t(j) * ldc] = (usesA ? al.get() * ma.at(i, j) : 0)
                                          + (usesB ? be.get() * mb.at(i, j) : 0);
            }
        }
        return int(SUCCESS);
    }));
}
