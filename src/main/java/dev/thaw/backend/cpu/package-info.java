/**
 * Plans on any processor: oneDNN where it has the operation, loops in Java elsewhere.
 *
 * <p>One class per family of ops makes kernels; {@code KernelTable} is the list of them. Sums that
 * must be right are taken in double.
 *
 * <p>Words: <i>primitive</i>: a call of oneDNN, ready to run; <i>workers</i>: the threads that
 * loops in Java run on.
 */
@API(status = API.Status.INTERNAL)
package dev.thaw.backend.cpu;

import org.apiguardian.api.API;
