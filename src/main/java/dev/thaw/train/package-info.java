/**
 * Steps of training, evaluation and prediction: how they are compiled, kept and run.
 *
 * <p>The session keeps a compiled step for every purpose, shape and freeze pattern, which is read
 * before each step. The loop over them is in {@code model}.
 *
 * <p>Threads take turns by three locks, in this order: <i>training</i>, for the length of a fit;
 * <i>step</i>, while weights change; <i>turn</i>, while a plan is made or runs. Locks of memory and
 * of variables come after them and end by themselves.
 *
 * <p>Words: <i>step</i>: one batch through one plan; <i>objective</i>: losses, their weights and
 * metrics; <i>watch</i>: who notices a loss that is not finite.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train;

import org.apiguardian.api.API;
