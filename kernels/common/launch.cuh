// The launch contract of every kernel in this folder.
//
// Entry points are extern "C" and take plain parameters: pointers to device memory, int, long long,
// float and (where float32 would round a constant too far) double. Tensors are float32, dense, in
// row-major order, channels last. An operand that is absent is a null pointer.
//
// Grid: every kernel strides over its work, so any grid gives the right result and, unless its
// head says otherwise, the same bits. Recommended: multiprocessors times 8, but no more blocks than
// there is work. Block: at most 1024 threads, 256 recommended, unless the head says otherwise.
// Nothing is allocated and nothing is kept between launches; no kernel adds floating point numbers
// atomically, so that two runs agree bit for bit. What changes from step to step (step counter,
// learning rate, iteration, health) is read from device memory: a captured graph replays rightly.
//
// Alignment: 4 bytes are enough. Where all operands lie on 16 bytes, elementwise kernels move 16
// bytes at a time.
#ifndef THAW_LAUNCH_CUH
#define THAW_LAUNCH_CUH

#ifndef THAW_SIM
#define THAW_DYNAMIC_SHARED(type, name)                            \
    extern __shared__ __align__(16) unsigned char thaw_shared_memory[]; \
    type* name = reinterpret_cast<type*>(thaw_shared_memory)
#endif

namespace thaw {

/** This thread's number in the grid. */
__device__ __forceinline__ long long grid_index() {
    return (long long)blockIdx.x * blockDim.x + threadIdx.x;
}

/** How many threads the grid has. */
__device__ __forceinline__ long long grid_size() {
    return (long long)gridDim.x * blockDim.x;
}

}  // namespace thaw

#endif  // THAW_LAUNCH_CUH
