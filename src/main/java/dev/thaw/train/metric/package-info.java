/** Keras's metrics: a number per entry whose mean over an epoch is reported. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train.metric;

import org.apiguardian.api.API;
