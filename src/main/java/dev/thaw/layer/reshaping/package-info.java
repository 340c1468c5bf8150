/** Layers that move numbers about and compute nothing. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.reshaping;

import org.apiguardian.api.API;
