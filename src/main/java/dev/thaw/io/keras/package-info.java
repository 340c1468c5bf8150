/**
 * Keras's files, both ways: {@link dev.thaw.io.keras.KerasFiles} is the door.
 *
 * <p>{@code KerasObjects} is the list of what files may name; {@code Spellings} turns Keras 2's
 * words into Keras 3's; readers build graphs, weights and compilations; writers do the same
 * backwards.
 *
 * <p>Words: <i>configuration</i>: an object's options as JSON; <i>architecture</i>: a model's
 * configuration without weights; <i>path</i>: where a layer's weights lie in the file;
 * <i>registry</i>: which objects files may name; <i>old</i>: as Keras 2 wrote it.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.io.keras;

import org.apiguardian.api.API;
