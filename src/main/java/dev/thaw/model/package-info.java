/**
 * What users make and train: {@link dev.thaw.model.Model} and {@link dev.thaw.model.Sequential},
 * with Keras's methods, their options, and the loop of {@code fit}.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.model;

import org.apiguardian.api.API;
