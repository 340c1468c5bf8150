// SgdUpdate, AdamUpdate, RmspropUpdate: one launch for all weights. Updates in place. The step is
// skipped while *health >= 0. Before the step, where decay is not 0, w = w - w decay lr.
//
// Parameters: see common/chunks.cuh, and
//   learningRate           : one FLOAT32; health, iteration: one INT64 each; all on the device
//   decay                  : (float) weightDecay
// Dynamic shared memory: 0.
//
// sgd_update(weights, gradients, sizes, chunkTensor, chunkIndex, chunks, chunkSize, learningRate,
//            health, decay)                                       w = w - lr g
// sgd_update_momentum, sgd_update_nesterov(weights, gradients, momenta, sizes, .., health, momentum,
//            decay)       m = momentum m - lr g; w = w + m, or w = w + momentum m - lr g
// adam_update(weights, gradients, first, second, sizes, .., health, iteration, beta1, beta2, rate1,
//            rate2, epsilon, decay)       beta1, beta2: double; rateK = (float) (1 - betaK)
//            t = iteration + 1, a = lr sqrt(1 - beta2^t) / (1 - beta1^t) in double;
//            m += (g - m) rate1; v += (g^2 - v) rate2; w -= a m / (sqrt(v) + epsilon)
// rmsprop_update(weights, gradients, velocities, momenta, averages, sizes, .., health, rho, rate,
//            momentum, epsilon, decay)    momenta, averages: null where there are none;
//            rho = (float) rho, rate = (float) (1 - rho)
//            v = rho v + rate g^2; d = v + epsilon, or centered: avg = rho avg + rate g, d = v - avg^2
//            + epsilon; u = lr g / sqrt(d); w = w - u, or m = momentum m + u, w = w - m

#include "common/chunks.cuh"

extern "C" __global__ void sgd_update(
        const long long* weights,
        const long long* gradients,
        const long long* sizes,
        const int* chunkTensor,
        const int* chunkIndex,
        int chunks,
        int chunkSize,
        const float* learningRate,
        const long long* health,
        float decay) {
    if (*health >= 0) {
        return;
    }
    float lr = *learningRate;
    const long long* const tables[2] = {weights, gradients};
    thaw::over_chunks<2, 1>(
            thaw::Chunks{sizes, chunkTensor, chunkIndex, chunks, chunkSize},
            tables,
            [=](float (&e)[2]) { e[0] = thaw::decayed(e[0], decay, lr) - lr * e[1]; });
}

extern "C" __global__ void sgd_update_momentum(
        const long long* weights,
        const long long* gradients,
        const long long* momenta,
        const long long* sizes,
        const int* chunkTensor,
        const int* chunkIndex,
        int chunks,
        int chunkSize,
        const float* learningRate,
        const long long* health,
        float momentum,
        float decay) {
    if (*health >= 0) {
        return;
    }
    float lr = *learningRate;
    const long long* const tables[3] = {weights, momenta, gradients};
    thaw::over_chunks<3, 2>(
            thaw::Chunks{sizes, chunkTensor, chunkIndex, chunks, chunkSize},
            tables,
            [=](float (&e)[3]) {
                e[1] = momentum * e[1] - lr * e[2];
                e[0] = thaw::decayed(e[0], decay, lr) + e[1];
            });
}

extern "C" __global__ void sgd_update_nesterov(
        const long long* weights,
        const long long* gradients,
        const long long* momenta,
        const long long* sizes,
        const int* chunkTensor,
        const int* chunkIndex,
        int chunks,
        int chunkSize,
        const float* learningRate,
        const long long* health,
        float momentum,
        float decay) {
    if (*health >= 0) {
        return;
    }
    float lr = *learningRate;
    const long long* const tables[3] = {weights, momenta, gradients};
    thaw::over_chunks<3, 2>(
            thaw::Chunks{sizes, chunkTensor, chunkIndex, chunks, chunkSize},
            tables,
            [=](float (&e)[3]) {
                e[1] = momentum * e[1] - lr * e[2];
                e[0] = thaw::decayed(e[0], decay, lr) + momentum * e[1] - lr * e[2];
            });
}

extern "C" __global__ void adam_update(
        const long long* weights,
        const long long* gradients,
        const long long* first,
        const long long* second,
        const long long* sizes,
        const int* chunkTensor,
        const int* chunkIndex,
        int chunks,
        int chunkSize,
        const float* learningRate,
        const long long* health,
        const long long* iteration,
        double beta1,
        double beta2,
        float rate1,
        float rate2,
        float epsilon,
        float decay) {
    if (*health >= 0) {
        return;
    }
    __shared__ float scale;
    float lr = *learningRate;
    if (threadIdx.x == 0 && threadIdx.y == 0) {  // once per block: double is slow on small GPUs
        double t = (double)*iteration + 1.0;
        scale = (float)(lr * sqrt(1.0 - pow(beta2, t)) / (1.0 - pow(beta1, t)));
    }
    __syncthreads();
    float a = scale;
    const long long* const tables[4] = {weights, first, second, gradients};
    thaw::over_chunks<4, 3>(
            thaw::Chunks{sizes, chunkTensor, chunkIndex, chunks, chunkSize},
            tables,
            [=](float (&e)[4]) {
                float g = e[3];
                e[1] += (g - e[1]) * rate1;
                e[2] += (g * g - e[2]) * rate2;
                e[0] = thaw::decayed(e[0], decay, lr) - a * e[1] / (sqrtf(e[2]) + epsilon);
            });
}

namespace {

template <bool MOMENTUM, bool CENTERED>
__device__ __forceinline__ void rmsprop(
        const long long* weights,
        const long long* gradients,
        const long long* velocities,
        const long long* momenta,
        const long long* averages,
        const thaw::Chunks& chunks,
        float lr,
        float rho,
        float rate,
        float momentum,
        float epsilon,
        float decay) {
    constexpr int M = 2;
    constexpr int AVERAGE = MOMENTUM ? 3 : 2;
    constexpr int G = 2 + MOMENTUM + CENTERED;
    const long long* tables[G + 1];
    tables[0] = weights;
    tables[1] = velocities;
    if (MOMENTUM) {
        tables[M] = momenta;
    }
    if (CENTERED) {
        tables[AVERAGE] = averages;
    }
    tables[G] = gradients;
    const long long* const(&fixed)[G + 1] =
            reinterpret_cast<const long long* const(&)[G + 1]>(tables);
    thaw::over_chunks<G + 1, G>(chunks, fixed, [=](float (&e)[G + 1]) {
        float g = e[G];
        e[1] = rho * e[1] + rate * (g * g);
        float d = e[1];
        if (CENTERED) {
            e[AVERAGE] = rho * e[AVERAGE] + rate * g;
            d -= e[AVERAGE] * e[AVERAGE];
        }
        float u = lr * g / sqrtf(d + epsilon);
        float w = thaw::decayed(e[0], decay, lr);
        if (MOMENTUM) {
            e[M] = momentum * e[M] + u;
            u = e[M];
        }
        e[0] = w - u;
    });
}

}  // namespace

extern "C" __global__ void rmsprop_update(
        const long long* weights,
        const long long* gradients,
        const long long* velocities,
        const long long* momenta,
        const long long* averages,
        const long long* sizes,
        const int* chunkTensor,
        const int* chunkIndex,
        int chunks,
        int chunkSize,
        const float* learningRate,
        const long long* health,
        float rho,
        float rate,
        float momentum,
        float epsilon,
        float decay) {
    if (*health >= 0) {
        return;
    }
    float lr = *learningRate;
    thaw::Chunks all{sizes, chunkTensor, chunkIndex, chunks, chunkSize};
    if (momenta != nullptr && averages != nullptr) {
        rmsprop<true, true>(
                weights, gradients, velocities, momenta, averages, all, lr, rho, rate, momentum,
                epsilon, decay);
    } else if (momenta != nullptr) {
        rmsprop<true, false>(
                weights, gradients, velocities, momenta, averages, all, lr, rho, rate, momentum,
                epsilon, decay);
    } else if (averages != nullptr) {
        rmsprop<false, true>(
                weights, gradients, velocities, momenta, averages, all, lr, rho, rate, momentum,
                epsilon, decay);
    } else {
        rmsprop<false, false>(
                weights, gradients, velocities, momenta, averages, all, lr, rho, rate, momentum,
                epsilon, decay);
    }
}
