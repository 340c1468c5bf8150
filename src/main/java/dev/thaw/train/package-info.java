/**
 * Steps of training, evaluation and prediction: how they are compiled, kept and run.
 *
 * <p>The session keeps a compiled step for every purpose, shape and freeze pattern, which is read
 * before each step. The loop over them is in {@code model}.
 *
 * <p>Words: <i>step</i>: one batch through one plan; <i>objective</i>: losses, their weights and
 * metrics; <i>watch</i>: who notices a loss that is not finite.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train;

import org.apiguardian.api.API;
