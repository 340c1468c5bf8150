// Increment, Guard: one number of state in device memory. Launch one block of one thread.
//
// increment(counter)                 counter = counter + 1; INT64
// guard(loss, iteration, health)     where health < 0 and loss is NaN or infinite:
//                                    health = iteration; loss FLOAT32, the others INT64
//
// Any larger launch does the same: all threads but the first do nothing. Dynamic shared memory: 0.

#include "common/math.cuh"

extern "C" __global__ void increment(long long* counter) {
    if (thaw::grid_index() == 0 && threadIdx.y == 0) {
        *counter += 1;
    }
}

extern "C" __global__ void guard(
        const float* loss, const long long* iteration, long long* health) {
    if (thaw::grid_index() == 0 && threadIdx.y == 0) {
        bool finite = fabsf(*loss) < thaw::infinity();
        if (*health < 0 && !finite) {
            *health = *iteration;
        }
    }
}
