/**
 * Keras's files, both ways: {@link dev.thaw.io.keras.KerasFiles} is the door.
 *
 * <p>{@code KerasObjects} is the list of what files may name; {@code Spellings} turns Keras 2's
 * words into Keras 3's; readers build graphs, weights and compilations; writers do the same
 * backwards.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.io.keras;

import org.apiguardian.api.API;
