/**
 * Dropout, noise, and penalties of activities.
 *
 * <p>Random layers draw in training and Monte-Carlo mode, whether frozen or not.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.regularization;

import org.apiguardian.api.API;
