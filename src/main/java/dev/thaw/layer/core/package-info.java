/** Dense, embeddings, masks, and layers around layers. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.core;

import org.apiguardian.api.API;
