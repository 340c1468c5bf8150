/**
 * Layers that move numbers about and compute nothing.
 *
 * <p>Flatten, Permute and Reshape change the shape; padding and cropping extend {@code SidesLayer};
 * UpSampling repeats or interpolates cells.
 *
 * <p>Words: <i>sides</i>: the cells before and after each spatial axis; <i>sample</i>: a row
 * without the batch axis.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.reshaping;

import org.apiguardian.api.API;
