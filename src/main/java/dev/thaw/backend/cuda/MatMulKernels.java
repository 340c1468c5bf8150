package dev.thaw.backend.cuda;

import static jcuda.jcublas.JCublas2.cublasGemmEx_new;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_N;
import static jcuda.jcublas.cublasOperation.CUBLAS_OP_T;

import dev.thaw.backend.spi.Buffer;
import dev.thaw.backend.spi.Kernel;
import dev.thaw.backend.spi.Prepared;
import dev.thaw.op.MatMul;
import dev.thaw.op.Value;

import jcuda.cudaDataType;
import jcuda.jcublas.cublasComputeType;
import jcuda.jcublas.cublasGemmAlgo;

import java.util.function.Function;

/** Matrix products by cuBLAS. */
final class MatMulKernels {
    private MatMulKernels() {}

    static void register(CudaKernelTable table) {
        table.add(MatMul.class, MatMulKernels::matMul);
    }

    private static Prepared matMul(Engine engine, MatMul op) {
        int m = op.y().shape().dim(0);
        int n = op.y().shape().dim(1);
        int k = op.a().shape().dim(op.transposeA() ? 0 : 1);
        Product product =
                new Product(m, n, k, op.transposeA(), op.transposeB(), Engine.describe(op));
        Epilogue epilogue = new Epilogue(op, op.y(), op.bias(), null, op.rectifier());
        return (buffers, workspace) ->
                epilogue.after(
                        product.bind(engine, op.a(), op.b(), op.y(), buffers), engine, buffers);
    }

    /**
     * y = op(a) op(b) with row-major a: [m, k], b: [k, n], y: [m, n] after op. cuBLAS reads columns
     * first, so that it sees each matrix transposed, and computes y' = op(b)' op(a)'.
     */
    record Product(int m, int n, int k, boolean transposeA, boolean transposeB, String doing) {
        Kernel bind(
                Engine engine,
                Value valueA,
                Value valueB,
                Value valueY,
                Function<Value, Buffer> buffers) {
            DeviceAddress a = DeviceAddress.of(valueA, buffers);
            DeviceAddress b = DeviceAddress.of(valueB, buffers);
            DeviceAddress y = DeviceAddress.of(valueY, buffers);
            int compute =
                    engine.tf32()
                            ? cublasComputeType.CUBLAS_COMPUTE_32F_FAST_TF32
                            : cublasComputeType.CUBLAS_COMPUTE_32F;
            int operationA = transposeA ? CUBLAS_OP_T : CUBLAS_OP_N;
            int operationB = transposeB ? CUBLAS_OP_T : CUBLAS_OP_N;
            int rowA = Math.max(1, transposeA ? m : k);
            int rowB = Math.max(1, transposeB ? k : n);
            return () ->
                    Status.cublas(
                            cublasGemmEx_new(
                                    engine.cublas(),
                                    operationB,
                                    operationA,
                                    n,
                                    m,
                                    k,
                                    engine.one(),
                                    b,
                                    cudaDataType.CUDA_R_32F,
                                    rowB,
                                    a,
                                    cudaDataType.CUDA_R_32F,
                                    rowA,
                                    engine.zero(),
                                    y,
                                    cudaDataType.CUDA_R_32F,
                                    n,
                                    compute,
                                    cublasGemmAlgo.CUBLAS_GEMM_DEFAULT),
                            "cublasGemmEx",
                            doing);
        }
    }
}
