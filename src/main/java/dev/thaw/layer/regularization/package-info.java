/**
 * Dropout, noise, and penalties of activities.
 *
 * <p>Random layers draw in training and Monte-Carlo mode, whether frozen or not. What they draw is
 * a function of seed, step, call and element, so that the backward pass draws it again.
 *
 * <p>Words: <i>rate</i>: the share that is dropped; <i>noise shape</i>: along which axes a mask
 * repeats; <i>activity</i>: a layer's output, as far as the loss counts it.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.regularization;

import org.apiguardian.api.API;
