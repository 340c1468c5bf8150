// Handles and descriptors of the simulated cuDNN: made, set, asked, ended.
#include "cudnn.h"

using namespace thaw::sim;

namespace {
int setTensor(const char* call, void* descriptor, int type, const Axes& dims, const Axes& strides) {
    Tensor* t = Kind<Tensor>::live().get(descriptor);
    if (!t) {
        return refuseDnn(DNN_BAD_PARAM, "%s: no tensor descriptor that lives", call);
    }
    if (type != FLOAT) {
        return refuseDnn(DNN_NOT_SUPPORTED, "%s: only CUDNN_DATA_FLOAT is simulated, not type %d",
                         call, type);
    }
    for (size_t i = 0; i < dims.size(); i++) {
        if (dims[i] <= 0 || strides[i] <= 0) {
            return refuseDnn(DNN_BAD_PARAM, "%s: dims %s, strides %s: all must be positive", call,
                             text(dims).c_str(), text(strides).c_str());
        }
    }
    t->dims = dims;
    t->strides = strides;
    return DNN_OK;
}

/** Strides of a dense tensor: n, c, spatial.. or n, spatial.., c. */
Axes dense(const Axes& dims, bool channelsLast) {
    size_t rank = dims.size();
    Axes strides(rank);
    int step = 1;
    if (channelsLast) {
        strides[1] = 1;
        step = dims[1];
    }
    for (size_t i = rank; i-- > 0;) {
        if (channelsLast && i == 1) {
            continue;
        }
        strides[i] = step;
        step *= dims[i];
    }
    return strides;
}

int checkRank(const char* call, int rank, int least) {
    return rank < least || rank > MOST_AXES
                   ? refuseDnn(DNN_NOT_SUPPORTED, "%s: %d axes, allowed are %d to %d", call, rank,
                               least, MOST_AXES)
                   : int(DNN_OK);
}

int setFilter(const char* call, void* descriptor, int type, int format, const Axes& dims) {
    Filter* f = Kind<Filter>::live().get(descriptor);
    if (!f) {
        return refuseDnn(DNN_BAD_PARAM, "%s: no filter descriptor that lives", call);
    }
    if (type != FLOAT || format < 0 || format > 1) {
        return refuseDnn(DNN_NOT_SUPPORTED, "%s: type %d, format %d: only FLOAT, NCHW and NHWC", call,
                         type, format);
    }
    for (int d : dims) {
        if (d <= 0) {
            return refuseDnn(DNN_BAD_PARAM, "%s: dims %s: all must be positive", call,
                             text(dims).c_str());
        }
    }
    f->dims = dims;
    f->strides = dense(dims, format == 1);
    f->format = format;
    return DNN_OK;
}

template <class T>
int create(void** out) {
    Guard g(lock());
    *out = Kind<T>::live().add(new T);
    return DNN_OK;
}

template <class T>
int destroy(const char* call, void* handle) {
    Guard g(lock());
    return Kind<T>::live().remove(handle)
                   ? int(DNN_OK)
                   : refuseDnn(DNN_BAD_PARAM, "%s: no %s that lives", call, Kind<T>::name);
}

/** The object behind a handle, for a setter or getter; reports where there is none. */
template <class T>
T* object(const char* call, void* handle) {
    T* t = Kind<T>::live().get(handle);
    if (!t) {
        refuseDnn(DNN_BAD_PARAM, "%s: no %s that lives", call, Kind<T>::name);
    }
    return t;
}
} // namespace

THAW_API int cudnnCreate(void** out) {
    Guard g(lock());
    *out = nullptr;
    if (ready()) {
        return refuseDnn(DNN_NOT_INITIALIZED, "cudnnCreate: the driver is not ready");
    }
    return create<DnnHandle>(out);
}

THAW_API int cudnnDestroy(void* handle) {
    return destroy<DnnHandle>("cudnnDestroy", handle);
}

THAW_API int cudnnSetStream(void* handle, void* stream) {
    Guard g(lock());
    auto* h = object<DnnHandle>("cudnnSetStream", handle);
    if (!h) {
        return DNN_BAD_PARAM;
    }
    if (!streamLives(stream)) {
        return refuseDnn(DNN_BAD_PARAM, "cudnnSetStream: no stream that lives");
    }
    h->stream = stream;
    return DNN_OK;
}

THAW_API int cudnnGetStream(void* handle, void** stream) {
    Guard g(lock());
    auto* h = object<DnnHandle>("cudnnGetStream", handle);
    if (h) {
        *stream = h->stream;
    }
    return h ? DNN_OK : DNN_BAD_PARAM;
}

#define THAW_LIFE(type, name)                                                                      \
    THAW_API int cudnnCreate##name(void** out) {                                                   \
        return create<type>(out);                                                                  \
    }                                                                                              \
    THAW_API int cudnnDestroy##name(void* handle) {                                                \
        return destroy<type>("cudnnDestroy" #name, handle);                                        \
    }
THAW_LIFE(Tensor, TensorDescriptor)
THAW_LIFE(Filter, FilterDescriptor)
THAW_LIFE(ConvolutionDescriptor, ConvolutionDescriptor)
THAW_LIFE(Activation, ActivationDescriptor)
THAW_LIFE(DropoutDescriptor, DropoutDescriptor)

THAW_API int cudnnSetTensor4dDescriptor(void* d, int format, int type, int n, int c, int h, int w) {
    Guard g(lock());
    if (format < 0 || format > 1) {
        return refuseDnn(DNN_NOT_SUPPORTED, "cudnnSetTensor4dDescriptor: format %d", format);
    }
    Axes dims{n, c, h, w};
    return setTensor("cudnnSetTensor4dDescriptor", d, type, dims, dense(dims, format == 1));
}

THAW_API int cudnnSetTensor4dDescriptorEx(void* d, int type, int n, int c, int h, int w, int ns,
                                          int cs, int hs, int ws) {
    Guard g(lock());
    return setTensor("cudnnSetTensor4dDescriptorEx", d, type, {n, c, h, w}, {ns, cs, hs, ws});
}

THAW_API int cudnnSetTensorNdDescriptor(void* d, int type, int rank, const int* dims,
                                        const int* strides) {
    Guard g(lock());
    int status = checkRank("cudnnSetTensorNdDescriptor", rank, 3);
    return status ? status
                  : setTensor("cudnnSetTensorNdDescriptor", d, type, Axes(dims, dims + rank),
                              Axes(strides, strides + rank));
}

THAW_API int cudnnSetTensorNdDescriptorEx(void* d, int format, int type, int rank, const int* dims) {
    Guard g(lock());
    int status = checkRank("cudnnSetTensorNdDescriptorEx", rank, 3);
    Axes all(dims, dims + std::max(rank, 0));
    return status ? status
                  : setTensor("cudnnSetTensorNdDescriptorEx", d, type, all, dense(all, format == 1));
}

THAW_API int cudnnGetTensor4dDescriptor(void* d, int* type, int* n, int* c, int* h, int* w, int* ns,
                                        int* cs, int* hs, int* ws) {
    Guard g(lock());
    auto* t = object<Tensor>("cudnnGetTensor4dDescriptor", d);
    if (!t || t->dims.size() != 4) {
        return DNN_BAD_PARAM;
    }
    *type = FLOAT;
    int* dims[] = {n, c, h, w};
    int* strides[] = {ns, cs, hs, ws};
    for (size_t i = 0; i < 4; i++) {
        *dims[i] = t->dims[i];
        *strides[i] = t->strides[i];
    }
    return DNN_OK;
}

THAW_API int cudnnGetTensorNdDescriptor(void* d, int asked, int* type, int* rank, int* dims,
                                        int* strides) {
    Guard g(lock());
    auto* t = object<Tensor>("cudnnGetTensorNdDescriptor", d);
    if (!t) {
        return DNN_BAD_PARAM;
    }
    *type = FLOAT;
    *rank = int(t->dims.size());
    for (int i = 0; i < std::min(asked, *rank); i++) {
        dims[i] = t->dims[size_t(i)];
        strides[i] = t->strides[size_t(i)];
    }
    return DNN_OK;
}

THAW_API int cudnnGetTensorSizeInBytes(void* d, size_t* bytes) {
    Guard g(lock());
    auto* t = object<Tensor>("cudnnGetTensorSizeInBytes", d);
    if (!t || t->dims.empty()) {
        return DNN_BAD_PARAM;
    }
    *bytes = t->bytes();
    return DNN_OK;
}

THAW_API int cudnnSetFilter4dDescriptor(void* d, int type, int format, int k, int c, int h, int w) {
    Guard g(lock());
    return setFilter("cudnnSetFilter4dDescriptor", d, type, format, {k, c, h, w});
}

THAW_API int cudnnSetFilterNdDescriptor(void* d, int type, int format, int rank, const int* dims) {
    Guard g(lock());
    int status = checkRank("cudnnSetFilterNdDescriptor", rank, 3);
    return status ? status
                  : setFilter("cudnnSetFilterNdDescriptor", d, type, format,
                              Axes(dims, dims + rank));
}

THAW_API int cudnnGetFilter4dDescriptor(void* d, int* type, int* format, int* k, int* c, int* h,
                                        int* w) {
    Guard g(lock());
    auto* f = object<Filter>("cudnnGetFilter4dDescriptor", d);
    if (!f || f->dims.size() != 4) {
        return DNN_BAD_PARAM;
    }
    *type = FLOAT;
    *format = f->format;
    *k = f->dims[0];
    *c = f->dims[1];
    *h = f->dims[2];
    *w = f->dims[3];
    return DNN_OK;
}

THAW_API int cudnnGetFilterSizeInBytes(void* d, size_t* bytes) {
    Guard g(lock());
    auto* f = object<Filter>("cudnnGetFilterSizeInBytes", d);
    if (!f || f->dims.empty()) {
        return DNN_BAD_PARAM;
    }
    *bytes = f->bytes();
    return DNN_OK;
}

THAW_API int cudnnSetActivationDescriptor(void* d, int mode, int, double coefficient) {
    Guard g(lock());
    auto* a = object<Activation>("cudnnSetActivationDescriptor", d);
    if (!a) {
        return DNN_BAD_PARAM;
    }
    if (mode < 0 || mode > 6) {
        return refuseDnn(DNN_BAD_PARAM, "cudnnSetActivationDescriptor: mode %d", mode);
    }
    a->mode = mode;
    a->coefficient = coefficient;
    return DNN_OK;
}

THAW_API int cudnnGetActivationDescriptor(void* d, int* mode, int* nan, double* coefficient) {
    Guard g(lock());
    auto* a = object<Activation>("cudnnGetActivationDescriptor", d);
    if (!a) {
        return DNN_BAD_PARAM;
    }
    *mode = a->mode;
    *nan = 1;
    *coefficient = a->coefficient;
    return DNN_OK;
}
