/** Who is told how training goes, and may end it. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.model.callback;

import org.apiguardian.api.API;
