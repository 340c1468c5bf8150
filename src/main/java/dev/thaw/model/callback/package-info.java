/**
 * Who is told how training goes, and may end it.
 *
 * <p>{@code fit} tells each {@link dev.thaw.model.callback.Callback} of epochs and steps, in the
 * order in which they were given, and hands it the model. The library's own look at one quantity by
 * name.
 *
 * <p>Words: <i>logs</i>: loss and metrics by name; <i>monitor</i>: the quantity that is watched;
 * <i>patience</i>: for how many epochs no progress is borne; <i>best</i>: the epoch whose weights
 * are kept.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.model.callback;

import org.apiguardian.api.API;
