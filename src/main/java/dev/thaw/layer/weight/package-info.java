/** What a user may choose for a weight: first value, regularizer, constraint. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.weight;

import org.apiguardian.api.API;
