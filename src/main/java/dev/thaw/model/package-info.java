/**
 * What users make and train: {@link dev.thaw.model.Model} and {@link dev.thaw.model.Sequential},
 * with Keras's methods, their options, and the loop of {@code fit}.
 *
 * <p>{@code Fit} takes batches from {@code Passes}, gives them to the session's steps, and tells
 * the callbacks. Options of a call are values with {@code withX} methods.
 *
 * <p>Words: <i>compile</i>: to say optimizer, losses and metrics; <i>epoch</i>: the steps between
 * two validations; <i>history</i>: loss and metrics by epoch; <i>placement</i>: which tensor goes
 * to which input or output.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.model;

import org.apiguardian.api.API;
