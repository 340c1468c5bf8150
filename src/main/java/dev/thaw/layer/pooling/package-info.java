/**
 * Maximum and mean over windows and over whole images.
 *
 * <p>Each is written once for all ranks, as a window's {@code Pool} or a reduction over the spatial
 * axes; the classes under Keras's names say the rank.
 *
 * <p>Words: <i>window</i>: the cells that one output sees; <i>strides</i>: how far it moves;
 * <i>global</i>: over all spatial axes at once.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.pooling;

import org.apiguardian.api.API;
