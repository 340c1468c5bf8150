/** What stands in front of a network: scaling, resizing, augmentation of images. */
@API(status = API.Status.EXPERIMENTAL)
package dev.thaw.layer.preprocessing;

import org.apiguardian.api.API;
