/**
 * Convolutions: plain, transposed, depthwise and separable.
 *
 * <p>Each is written once for all ranks; the classes under Keras's names say the rank. Layout is
 * channels last; channels first is transposed at the border.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.convolution;

import org.apiguardian.api.API;
