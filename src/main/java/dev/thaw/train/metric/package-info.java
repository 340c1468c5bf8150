/**
 * Keras's metrics: a number per entry whose mean over an epoch is reported.
 *
 * <p>A {@link dev.thaw.train.metric.Metric} emits its formula as a loss does; sums of it and of
 * what counts stay on the device until somebody reads them. {@code MetricTable} has Keras's by
 * name.
 *
 * <p>Words: <i>entry</i>: a sample, or a time step of one; <i>counts</i>: by what the sum is
 * divided; <i>threshold</i>: from where on a prediction is a yes.
 */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train.metric;

import org.apiguardian.api.API;
