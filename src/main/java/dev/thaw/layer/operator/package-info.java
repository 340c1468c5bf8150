/**
 * Functions in the middle of a graph: {@code x * 2}, {@code keras.ops.mean(x)}.
 *
 * <p>Keras keeps such calls among the layers of a file; {@link dev.thaw.layer.operator.Operators}
 * makes the common ones.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.operator;

import org.apiguardian.api.API;
