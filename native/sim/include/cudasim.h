// Lets g++ compile the project's .cu files for the simulator. build.sh includes it before each file.
//
// For authors of kernels:
//   - THAW_SIM is defined. Keep inline PTX and tensor-core code behind #ifndef THAW_SIM.
//   - Kernels are extern "C" __global__ void name(..), not templates, at global scope.
//   - Dynamic shared memory: THAW_DYNAMIC_SHARED(type, name), never extern __shared__.
//   - __shared__ variables start as all ones (NaN) in each block, as does dynamic shared memory.
//   - A barrier must be met by every thread of the block, none may have returned.
//   - A shuffle from a lane that takes no part gives all ones (NaN).
//   - Every access to memory is checked, for its place and its alignment.
//   - Two threads that access a word without an order between them are refused, see
//     driver/hazard.h: a barrier or __syncwarp within a block; across blocks __threadfence, an
//     atomic operation by each of the two blocks, __threadfence.
// Floating point is the CPU's: no approximations, no flushing to zero, and fused multiply-add only
// in the build that asks for it (THAW_SIM_FMA=1).
#pragma once
#define THAW_SIM 1

#include <cfloat>
#include <climits>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstring>
#include <type_traits>
#include <utility>

// build.sh finds the kernels by these two marks and takes them out
#define __global__ __thaw_global__
#define __launch_bounds__(...) __thaw_bounds__(__VA_ARGS__)
#define __device__
#define __host__
#define __constant__
#define __managed__
#define __grid_constant__
// one copy for the block that runs; the simulator finds and poisons it through the loader
#define __shared__ static __thread
#define __forceinline__ inline __attribute__((always_inline))
#define __noinline__ __attribute__((noinline))
#define __align__(n) __attribute__((aligned(n)))
#ifndef __restrict__
#define __restrict__ __restrict
#endif
#define THAW_DYNAMIC_SHARED(type, name) type* const name = static_cast<type*>(thaw_sim_dynamic_shared())

// ---- vector types
#define THAW_VECTORS(type, base, size)                                                             \
    struct type##1 {                                                                               \
        base x;                                                                                    \
    };                                                                                             \
    struct alignas(2 * size) type##2 {                                                             \
        base x, y;                                                                                 \
    };                                                                                             \
    struct type##3 {                                                                               \
        base x, y, z;                                                                              \
    };                                                                                             \
    struct alignas(4 * size < 16 ? 4 * size : 16) type##4 {                                        \
        base x, y, z, w;                                                                           \
    };                                                                                             \
    inline type##1 make_##type##1(base x) {                                                        \
        return {x};                                                                                \
    }                                                                                              \
    inline type##2 make_##type##2(base x, base y) {                                                \
        return {x, y};                                                                             \
    }                                                                                              \
    inline type##3 make_##type##3(base x, base y, base z) {                                        \
        return {x, y, z};                                                                          \
    }                                                                                              \
    inline type##4 make_##type##4(base x, base y, base z, base w) {                                \
        return {x, y, z, w};                                                                       \
    }
THAW_VECTORS(char, signed char, 1)
THAW_VECTORS(uchar, unsigned char, 1)
THAW_VECTORS(short, short, 2)
THAW_VECTORS(ushort, unsigned short, 2)
THAW_VECTORS(int, int, 4)
THAW_VECTORS(uint, unsigned, 4)
THAW_VECTORS(float, float, 4)
THAW_VECTORS(longlong, long long, 8)
THAW_VECTORS(ulonglong, unsigned long long, 8)
THAW_VECTORS(double, double, 8)
#undef THAW_VECTORS

struct dim3 {
    unsigned x, y, z;
    constexpr dim3(unsigned x_ = 1, unsigned y_ = 1, unsigned z_ = 1) : x(x_), y(y_), z(z_) {}
};

// ---- what driver/fiber.cpp and driver/module.cpp give
struct ThawSimParameter {
    unsigned bytes, alignment;
};
extern "C" {
// constant while a thread runs, which also keeps the sanitizer from checking each use
extern const uint3 thaw_sim_thread, thaw_sim_block, thaw_sim_block_size, thaw_sim_grid_size;
extern const unsigned thaw_sim_lane;
void* thaw_sim_dynamic_shared();
int thaw_sim_barrier(const char* file, int line, int vote);
uint64_t thaw_sim_warp(unsigned mask, int kind, uint64_t value, int source);
void thaw_sim_fence();
void thaw_sim_atomic_begins(const void* address);
void thaw_sim_atomic_ends();
void thaw_sim_trap(const char* file, int line, const char* what) __attribute__((noreturn));
void thaw_sim_register(const char* name, void (*thunk)(void**), const ThawSimParameter* parameters,
                       int count, unsigned maxThreads);
/** Makes the loader create this thread's shared variables. */
inline __attribute__((used, weak, visibility("default"))) void* thaw_sim_touch_shared() {
    static __thread char first;
    return &first;
}
}

#define threadIdx thaw_sim_thread
#define blockIdx thaw_sim_block
#define blockDim thaw_sim_block_size
#define gridDim thaw_sim_grid_size
constexpr int warpSize = 32;

// ---- barriers and warps; macros, so that a report names the kernel's own line
#define __syncthreads() ((void)thaw_sim_barrier(__FILE__, __LINE__, 0))
#define __syncthreads_count(p) thaw_sim_barrier(__FILE__, __LINE__, (p) ? 1 : 0)
#define __syncthreads_or(p) (thaw_sim_barrier(__FILE__, __LINE__, (p) ? 1 : 0) != 0)
#define __syncthreads_and(p) (thaw_sim_barrier(__FILE__, __LINE__, (p) ? 0 : 1) == 0)
#define __trap() thaw_sim_trap(__FILE__, __LINE__, "__trap")
#ifdef assert
#undef assert
#endif
#define assert(c) ((c) ? (void)0 : thaw_sim_trap(__FILE__, __LINE__, "assertion failed: " #c))

namespace thaw_sim {
enum Kind { SYNC, BALLOT, SHUFFLE }; // SYNC is known to driver/fiber.cpp

template <class T>
inline T shuffle(unsigned mask, T value, int source, bool inside) {
    static_assert(sizeof(T) <= 8, "CUDA shuffles at most 8 bytes");
    uint64_t bits = 0;
    std::memcpy(&bits, &value, sizeof(T));
    bits = thaw_sim_warp(mask, SHUFFLE, bits, source & 31);
    if (!inside) {
        return value; // outside of its segment a lane gets its own value back
    }
    T result;
    std::memcpy(&result, &bits, sizeof(T));
    return result;
}
} // namespace thaw_sim

template <class T>
inline T __shfl_sync(unsigned mask, T v, int lane, int width = 32) {
    int self = int(thaw_sim_lane);
    return thaw_sim::shuffle(mask, v, (self & ~(width - 1)) | (lane & (width - 1)), true);
}
template <class T>
inline T __shfl_xor_sync(unsigned mask, T v, int bits, int width = 32) {
    int self = int(thaw_sim_lane), other = self ^ bits;
    return thaw_sim::shuffle(mask, v, other, other < (self & ~(width - 1)) + width);
}
template <class T>
inline T __shfl_down_sync(unsigned mask, T v, unsigned delta, int width = 32) {
    int self = int(thaw_sim_lane);
    return thaw_sim::shuffle(mask, v, self + int(delta), (self & (width - 1)) + int(delta) < width);
}
template <class T>
inline T __shfl_up_sync(unsigned mask, T v, unsigned delta, int width = 32) {
    int self = int(thaw_sim_lane);
    return thaw_sim::shuffle(mask, v, self - int(delta), (self & (width - 1)) >= int(delta));
}
inline unsigned __ballot_sync(unsigned mask, int p) {
    return unsigned(thaw_sim_warp(mask, thaw_sim::BALLOT, p != 0, -1));
}
inline int __any_sync(unsigned mask, int p) {
    return __ballot_sync(mask, p) != 0;
}
inline int __all_sync(unsigned mask, int p) {
    return __ballot_sync(mask, !p) == 0;
}
inline void __syncwarp(unsigned mask = ~0u) {
    thaw_sim_warp(mask, thaw_sim::SYNC, 0, -1);
}
inline void __threadfence() {
    thaw_sim_fence();
}
inline void __threadfence_block() {}
inline void __threadfence_system() {
    thaw_sim_fence();
}

// ---- memory
template <class T>
inline T __ldg(const T* p) {
    return *p;
}
template <class T>
inline T __ldcs(const T* p) {
    return *p;
}
template <class T>
inline T __ldcg(const T* p) {
    return *p;
}
template <class T>
inline void __stcs(T* p, T v) {
    *p = v;
}
template <class T>
inline void __stcg(T* p, T v) {
    *p = v;
}
namespace thaw_sim {
template <class T, class F>
inline T replace(T* p, F f) {
    thaw_sim_atomic_begins(p);
    T old = *p;
    *p = f(old);
    thaw_sim_atomic_ends();
    return old;
}
template <class T>
using Same = typename std::common_type<T>::type; // keeps the second argument out of the deduction
} // namespace thaw_sim
template <class T>
inline T atomicAdd(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return T(old + v); });
}
template <class T>
inline T atomicSub(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return T(old - v); });
}
template <class T>
inline T atomicMax(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return v > old ? v : old; });
}
template <class T>
inline T atomicMin(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return v < old ? v : old; });
}
template <class T>
inline T atomicAnd(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return T(old & v); });
}
template <class T>
inline T atomicOr(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return T(old | v); });
}
template <class T>
inline T atomicExch(T* p, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T) { return v; });
}
template <class T>
inline T atomicCAS(T* p, thaw_sim::Same<T> expected, thaw_sim::Same<T> v) {
    return thaw_sim::replace(p, [=](T old) { return old == expected ? v : old; });
}

// ---- arithmetic
namespace thaw_sim {
template <class To, class From>
inline To bits(From from) {
    static_assert(sizeof(To) == sizeof(From), "the same bits");
    To to;
    std::memcpy(&to, &from, sizeof to);
    return to;
}
} // namespace thaw_sim
inline int __float_as_int(float f) {
    return thaw_sim::bits<int>(f);
}
inline unsigned __float_as_uint(float f) {
    return thaw_sim::bits<unsigned>(f);
}
inline float __int_as_float(int i) {
    return thaw_sim::bits<float>(i);
}
inline float __uint_as_float(unsigned i) {
    return thaw_sim::bits<float>(i);
}
inline long long __double_as_longlong(double d) {
    return thaw_sim::bits<long long>(d);
}
inline double __longlong_as_double(long long i) {
    return thaw_sim::bits<double>(i);
}
inline float rsqrtf(float x) {
    return 1.0f / std::sqrt(x);
}
inline double rsqrt(double x) {
    return 1.0 / std::sqrt(x);
}
inline void sincospif(float x, float* sine, float* cosine) {
    double angle = 3.14159265358979323846 * double(x);
    *sine = float(std::sin(angle));
    *cosine = float(std::cos(angle));
}
inline float __expf(float x) {
    return std::exp(x);
}
inline float __logf(float x) {
    return std::log(x);
}
inline float __log2f(float x) {
    return std::log2(x);
}
inline float __powf(float x, float y) {
    return std::pow(x, y);
}
inline float __sinf(float x) {
    return std::sin(x);
}
inline float __cosf(float x) {
    return std::cos(x);
}
inline float __fdividef(float a, float b) {
    return a / b;
}
inline float __frcp_rn(float a) {
    return 1.0f / a;
}
inline float __fsqrt_rn(float a) {
    return std::sqrt(a);
}
inline float __fdiv_rn(float a, float b) {
    return a / b;
}
inline float __fadd_rn(float a, float b) {
    return a + b;
}
inline float __fsub_rn(float a, float b) {
    return a - b;
}
inline float __fmul_rn(float a, float b) {
    return a * b;
}
inline float __fmaf_rn(float a, float b, float c) {
    return std::fma(a, b, c);
}
inline double __dadd_rn(double a, double b) {
    return a + b;
}
inline double __dmul_rn(double a, double b) {
    return a * b;
}
inline float __saturatef(float x) {
    return x > 0 ? x < 1 ? x : 1.0f : 0.0f;
}
inline float __int2float_rn(int i) {
    return float(i);
}
inline float __uint2float_rn(unsigned i) {
    return float(i);
}
inline int __float2int_rn(float f) {
    return int(std::nearbyint(f));
}
inline int __float2int_rd(float f) {
    return int(std::floor(f));
}
inline unsigned __umulhi(unsigned a, unsigned b) {
    return unsigned((uint64_t(a) * b) >> 32);
}
inline int __mulhi(int a, int b) {
    return int((int64_t(a) * b) >> 32);
}
inline unsigned long long __umul64hi(unsigned long long a, unsigned long long b) {
    return (unsigned long long)((unsigned __int128)a * b >> 64);
}
inline int __popc(unsigned x) {
    return __builtin_popcount(x);
}
inline int __ffs(int x) {
    return __builtin_ffs(x);
}
inline int __clz(int x) {
    return x ? __builtin_clz(unsigned(x)) : 32;
}
inline unsigned __brev(unsigned x) {
    unsigned r = 0;
    for (int i = 0; i < 32; i++) {
        r = r << 1 | (x >> i & 1);
    }
    return r;
}
inline long long clock64() {
    return 0;
}
using std::isfinite;
using std::isinf;
using std::isnan;
template <class A, class B>
inline constexpr typename std::common_type<A, B>::type max(A a, B b) {
    using T = typename std::common_type<A, B>::type;
    if constexpr (std::is_floating_point<T>::value) {
        return std::fmax(T(a), T(b));
    } else {
        return T(a) > T(b) ? T(a) : T(b);
    }
}
template <class A, class B>
inline constexpr typename std::common_type<A, B>::type min(A a, B b) {
    using T = typename std::common_type<A, B>::type;
    if constexpr (std::is_floating_point<T>::value) {
        return std::fmin(T(a), T(b));
    } else {
        return T(a) < T(b) ? T(a) : T(b);
    }
}

// ---- how a launch reaches a kernel
namespace thaw_sim {
template <class T>
constexpr ThawSimParameter parameter() {
    if constexpr (std::is_pointer<T>::value) {
        using Target = typename std::remove_pointer<T>::type;
        if constexpr (std::is_void<Target>::value || std::is_function<Target>::value) {
            return {sizeof(T), 1};
        } else {
            return {sizeof(T), alignof(Target)};
        }
    } else {
        return {sizeof(T), 0};
    }
}

template <auto F>
struct Thunk;
template <class... A, void (*F)(A...)>
struct Thunk<F> {
    template <size_t... I>
    static void call(void** p, std::index_sequence<I...>) {
        F(*static_cast<typename std::remove_cv<A>::type*>(p[I])...);
    }
    static void run(void** p) {
        call(p, std::index_sequence_for<A...>{});
    }
    static int add(const char* name, unsigned maxThreads) {
        static const ThawSimParameter parameters[] = {parameter<A>()..., {0, 0}};
        thaw_sim_register(name, run, parameters, int(sizeof...(A)), maxThreads);
        return 0;
    }
};
} // namespace thaw_sim
