/**
 * Normalizations over the batch, the sample or groups of channels.
 *
 * <p>{@link dev.thaw.layer.normalization.BatchNormalization} alone asks whether it trains: its file
 * says what that means.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.normalization;

import org.apiguardian.api.API;
