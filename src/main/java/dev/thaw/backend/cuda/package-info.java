/**
 * Plans on an NVIDIA GPU: cuBLAS, cuDNN, and our own kernels from {@code kernels/}.
 *
 * <p>One class per family of ops binds kernels; {@code CudaKernelTable} is the list of them. A plan
 * is launched as a recorded CUDA graph. One lock, explained at {@code Gpu.alone}, keeps threads
 * apart.
 *
 * <p>Words: <i>module</i>: a file of kernels, compiled; <i>recording</i>: a plan as a graph;
 * <i>staging</i>: pinned memory that copies go through.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.backend.cuda;

import org.apiguardian.api.API;
