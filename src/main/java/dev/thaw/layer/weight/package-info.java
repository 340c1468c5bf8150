/**
 * What a user may choose for a weight: first value, regularizer, constraint.
 *
 * <p>{@link dev.thaw.layer.weight.WeightOptions} holds the three for one weight of a layer, under
 * Keras's keys.
 *
 * <p>Words: <i>initializer</i>: what makes the first value; <i>regularizer</i>: what the loss adds
 * for a weight; <i>penalty</i>: which of Keras's regularizers; <i>constraint</i>: what a weight is
 * pulled back to after each step.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.weight;

import org.apiguardian.api.API;
