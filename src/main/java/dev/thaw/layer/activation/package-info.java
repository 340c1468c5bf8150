/**
 * Activations, as functions and as layers.
 *
 * <p>{@link dev.thaw.layer.activation.ActivationFunction} has Keras's by name, and makes one of
 * your own.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.activation;

import org.apiguardian.api.API;
