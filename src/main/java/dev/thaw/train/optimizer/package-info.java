/**
 * Keras's optimizers and learning rate schedules.
 *
 * <p>An optimizer is a rule with its slots, behind the stages that all share: clipping, decay,
 * averages, accumulation, constraints. {@link dev.thaw.train.optimizer.StandardOptimizer} is where
 * one of your own begins.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train.optimizer;

import org.apiguardian.api.API;
