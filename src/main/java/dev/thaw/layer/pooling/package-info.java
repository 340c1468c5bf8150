/** Maximum and mean over windows and over whole images. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.pooling;

import org.apiguardian.api.API;
