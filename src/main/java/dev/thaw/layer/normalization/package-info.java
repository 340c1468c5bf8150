/**
 * Normalizations over the batch, the sample or groups of channels.
 *
 * <p>{@link dev.thaw.layer.normalization.BatchNormalization} alone asks whether it trains: its file
 * says what that means.
 *
 * <p>Words: <i>statistics</i>: mean and variance; <i>moving</i>: kept between steps, for inference;
 * <i>gamma</i>, <i>beta</i>: the learnt scale and shift; <i>epsilon</i>: added to the variance;
 * <i>momentum</i>: what a moving statistic keeps of itself at a step.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.normalization;

import org.apiguardian.api.API;
