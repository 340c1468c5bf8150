/**
 * Keras's losses: formulas over small ops, a number per entry.
 *
 * <p>A {@link dev.thaw.train.loss.Loss} emits its formula for an output and its target; training
 * weighs the numbers, reduces them and differentiates. {@code LossTable} has Keras's by name; one
 * of your own is a record.
 *
 * <p>Words: <i>entry</i>: a sample, or a time step of one; <i>target</i>: what an output should be;
 * <i>reduction</i>: from the entries to one number; <i>logits</i>: outputs before softmax or
 * sigmoid.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train.loss;

import org.apiguardian.api.API;
