/**
 * Who runs plans, as plans see it.
 *
 * <p>A {@link dev.thaw.backend.spi.Backend} allocates memory and turns each op into a {@link
 * dev.thaw.backend.spi.Kernel} in two steps: prepare chooses the algorithm, bind fixes the
 * addresses; a launch then allocates, looks up and decides nothing. {@link
 * dev.thaw.backend.spi.Device} names one; the service loader finds them.
 *
 * <p>Words: <i>buffer</i>: memory of a backend; <i>sequence</i>: kernels that are launched as one.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.backend.spi;

import org.apiguardian.api.API;
