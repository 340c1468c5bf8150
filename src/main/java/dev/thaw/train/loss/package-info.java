/** Keras's losses: formulas over small ops, a number per entry. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.train.loss;

import org.apiguardian.api.API;
