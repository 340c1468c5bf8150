/**
 * Keras's optimizers and learning rate schedules.
 *
 * <p>An optimizer is a rule with its slots, behind the stages that all share: clipping, decay,
 * averages, accumulation, constraints. {@link dev.thaw.train.optimizer.StandardOptimizer} is where
 * one of your own begins.
 *
 * <p>Words: <i>rule</i>: how a weight follows from its gradient; <i>slot</i>: what a rule keeps for
 * each weight between steps; <i>stage</i>: what is done to gradients or weights before or after the
 * rule; <i>schedule</i>: a learning rate that follows from the step.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train.optimizer;

import org.apiguardian.api.API;
