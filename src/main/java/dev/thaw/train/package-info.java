/**
 * Training, evaluation and prediction: compiled steps, and the loop over them.
 *
 * <p>The trainer keeps a compiled step for every purpose, shape and freeze pattern, which is read
 * before each step. The loop shuffles, feeds, launches and tells the callbacks.
 *
 * <p>Words: <i>step</i>: one batch through one plan; <i>objective</i>: losses, their weights and
 * metrics; <i>watch</i>: who notices a loss that is not finite.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train;

import org.apiguardian.api.API;
