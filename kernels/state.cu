// Increment, Gate: one number of state in device memory. Launch one block of one thread.
//
// increment(counter)                 counter = counter + 1; INT64
// gate(iteration, health, count, open, period)   count = iteration / period; open = -1 where health < 0
//                                    and iteration + 1 is a multiple of the period, else 0; INT64
//
// Any larger launch does the same: all threads but the first do nothing. Dynamic shared memory: 0.

#include "common/math.cuh"

extern "C" __global__ void increment(long long* counter) {
    if (thaw::grid_index() == 0 && threadIdx.y == 0) {
        *counter += 1;
    }
}

extern "C" __global__ void gate(
        const long long* iteration,
        const long long* health,
        long long* count,
        long long* open,
        int period) {
    if (thaw::grid_index() == 0 && threadIdx.y == 0) {
        *count = *iteration / period;
        *open = *health < 0 && (*iteration + 1) % period == 0 ? -1 : 0;
    }
}
