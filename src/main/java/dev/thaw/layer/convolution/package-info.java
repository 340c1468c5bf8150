/**
 * Convolutions: plain, transposed, depthwise and separable.
 *
 * <p>Each is written once for all ranks; the classes under Keras's names say the rank. Layout is
 * channels last; channels first is transposed at the border.
 *
 * <p>Words: <i>kernel</i>: the weight, a filter for each output channel; <i>window</i>: the cells
 * that one output sees; <i>groups</i>: parts of the channels that do not see each other;
 * <i>depthwise</i>: a filter for each channel alone; <i>rank</i>: the number of spatial axes.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.convolution;

import org.apiguardian.api.API;
