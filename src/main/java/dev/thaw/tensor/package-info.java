/**
 * Values that the user sees, and their shapes.
 *
 * <p>A {@link dev.thaw.tensor.Tensor} is numbers on the host under a {@link dev.thaw.tensor.Shape};
 * a {@link dev.thaw.tensor.Variable} keeps such a value between steps, and knows where it lives
 * now: on the host, or on a device. Nothing here computes.
 *
 * <p>Words: <i>extent</i>: the length along an axis; <i>NONE</i>: an extent that only the data
 * tells; <i>home</i>: where a variable's value lives.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.tensor;

import org.apiguardian.api.API;
