"""Files as Keras, h5py, NumPy and zipfile make them, written to src/test/resources/dev/thaw/files/.

Run by hand, with Keras 3 and TensorFlow installed:  python src/test/python/file_fixtures.py

contents.txt says what is in them, as h5py and NumPy read it, one fact per line:

    file NAME
    dataset PATH TYPE SHAPE CRC     CRC-32 of the values as little-endian float32, int32 or int64
    group PATH
    text PATH NAME COUNT CRC        an attribute; CRC-32 of the UTF-8 of its elements, each with \\n
    number PATH NAME VALUE          an attribute

The files in refused/ are lawful, but nothing that Keras would write.
"""

import os
import pathlib
import shutil
import zipfile
import zlib

os.environ["KERAS_BACKEND"] = "tensorflow"
os.environ["CUDA_VISIBLE_DEVICES"] = "-1"
os.environ["TF_CPP_MIN_LOG_LEVEL"] = "3"
os.environ["TF_ENABLE_ONEDNN_OPTS"] = "0"

import h5py  # noqa: E402
import keras  # noqa: E402
import numpy as np  # noqa: E402
from keras import layers  # noqa: E402
from keras.src.legacy.saving import legacy_h5_format  # noqa: E402

OUT = pathlib.Path(__file__).parents[1] / "resources" / "dev" / "thaw" / "files"


def small_model():
    base = keras.Sequential(
        [
            layers.Input((4, 4, 2), name="picture"),
            layers.Conv2D(3, 2, name="conv"),
            layers.BatchNormalization(name="bn"),
            layers.ReLU(name="relu"),
        ],
        name="base",
    )
    inputs = keras.Input((4, 4, 2), name="in")
    x = base(inputs, training=False)
    x = layers.GlobalAveragePooling2D(name="gap")(x)
    x = layers.Dropout(0.5, name="drop")(x)
    model = keras.Model(inputs, layers.Dense(2, name="head")(x), name="whole")
    return model


def keras_files():
    keras.utils.set_random_seed(7)
    model = small_model()
    model.compile(keras.optimizers.Adam(0.01), "mse")
    x = np.random.default_rng(1).normal(size=(8, 4, 4, 2)).astype("float32")
    model.fit(x, x[:, 0, 0], epochs=1, batch_size=4, verbose=0)
    model.save(OUT / "stored.keras")
    model.save(OUT / "legacy.h5")
    with zipfile.ZipFile(OUT / "stored.keras") as stored:
        with zipfile.ZipFile(OUT / "deflated.keras", "w", zipfile.ZIP_DEFLATED) as z:
            for name in ["model.weights.h5", "config.json"]:
                z.writestr(name, stored.read(name))
    limit = legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT
    legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT = 32
    many = keras.Sequential([layers.Input((2,))] + [layers.Dense(1) for _ in range(5)])
    with h5py.File(OUT / "split.h5", "w") as f:
        legacy_h5_format.save_weights_to_hdf5_group(f, many)
    legacy_h5_format.HDF5_OBJECT_HEADER_LIMIT = limit
    keras.config.set_dtype_policy("bfloat16")
    b = keras.Sequential([layers.Input((3,)), layers.Dense(5), layers.Dense(2)])
    b.layers[0].bias.assign([1.0, -2.5, 3.140625, 1e20, -1e-20])
    b.save_weights(OUT / "bfloat16.weights.h5")
    keras.config.set_dtype_policy("float32")


def types(f):
    a = np.arange(-12, 12).reshape(2, 3, 4)
    for t in ["f2", "f4", "f8", ">f4", ">f8", "i1", "i2", "i4", "i8", ">i4", ">i8"]:
        f["types/" + t.replace(">", "be_")] = (a * 1.25 if "f" in t else a).astype(t)
    for t in ["u1", "u2", "u4", "u8", "?"]:
        f["types/" + t.replace("?", "bool")] = np.abs(a).astype(t)
    half = np.array([0, 0x8000, 1, 0x8001, 0x3FF, 0x400, 0x7BFF, 0x7C00, 0xFC00, 0x3C01], "u2")
    f["types/halves"] = half.view("f2")


def others(f):
    f["scalars/float"] = np.float32(0.1)
    f["scalars/long"] = np.int64(1) << 40
    f["empty/rows"] = np.zeros((0, 3), "f4")
    f["empty/vector"] = np.zeros((0,), "i8")
    f.create_group("empty/group")
    for i in range(12):
        f["vars/%d" % i] = np.full((2,), i, "f4")
    f["vars/name"] = np.float32(1)


def chunks(f, version):
    a = np.arange(9 * 11, dtype="f4").reshape(9, 11) / 7
    box = (4, 3)
    f.create_dataset("gzip", data=a, chunks=box, compression="gzip")
    f.create_dataset("unpacked", data=a, chunks=box)
    if version == "newer":
        return
    f.create_dataset("shuffled", data=a, chunks=box, compression="gzip", shuffle=True)
    f.create_dataset("summed", data=a, chunks=box, fletcher32=True, compression="gzip")
    f.create_dataset("long", data=np.arange(150, dtype="i4"), chunks=(2,))
    b = np.arange(3 * 5 * 7, dtype="i8").reshape(3, 5, 7)
    f.create_dataset("cube", data=b, chunks=(2, 2, 3), compression="gzip")
    compact = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    compact.set_layout(h5py.h5d.COMPACT)
    space = h5py.h5s.create_simple((5,))
    d = h5py.h5d.create(f.id, b"compact", h5py.h5t.IEEE_F32LE, space, compact)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(5, dtype="f4"))
    if version == "old":
        f.create_dataset("growing", data=a, chunks=box, maxshape=(None, 11))
        return
    f.create_dataset("one", data=a, chunks=(9, 11), compression="gzip")
    f.create_dataset("one_unpacked", data=a, chunks=(9, 11))
    f.create_dataset("larger", data=a, chunks=(10, 20), maxshape=(10, 20), compression="gzip")
    f.create_dataset("growing_both", data=a, chunks=box, maxshape=(None, None))
    f.create_dataset("growing_packed", data=a, chunks=box, maxshape=(None, None), compression=1)
    f.create_dataset("paged", data=np.arange(1030, dtype="i1"), chunks=(1,))
    early = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    early.set_chunk((4, 4))
    early.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple((6, 9))
    d = h5py.h5d.create(f.id, b"implicit", h5py.h5t.IEEE_F32LE, space, early)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, np.arange(54, dtype="f4").reshape(6, 9))


def attributes(f):
    g = f.create_group("attributes")
    g.attrs["text"] = "größer"
    g.attrs["empty_text"] = ""
    g.attrs["texts"] = ["a", "", "ccc"]
    g.attrs["fixed"] = np.bytes_(b"fixed")
    g.attrs["fixed_list"] = np.array([b"kernel:0", b"b"])
    g.attrs["none"] = []
    g.attrs["number"] = 2.5
    g.attrs["whole"] = np.int64(7)
    g.attrs["long"] = "x" * 3000


def hdf5_files():
    for name, versions in [
        ("old.h5", ("earliest", "v108")),
        ("newer.h5", ("v108", "v110")),
        ("newest.h5", ("latest", "latest")),
    ]:
        with h5py.File(OUT / name, "w", libver=versions) as f:
            if name == "newest.h5":
                types(f)
            others(f)
            chunks(f, name.split(".")[0])
            attributes(f)
    with h5py.File(OUT / "userblock.h5", "w", userblock_size=512) as f:
        f["a"] = np.float32([1, 2])
    with h5py.File(OUT / "dense.h5", "w", libver="latest") as f:
        g = f.create_group("many", track_order=True)
        for i in range(30):
            g["layer_with_a_rather_long_name_%d" % i] = np.int32(i)
        for i in range(12):
            g.attrs["attribute_%d" % i] = "value %d" % i
        g.attrs["huge"] = np.array([b"x" * 5000])


def refused():
    folder = OUT / "refused"
    folder.mkdir()
    with h5py.File(folder / "soft_link.h5", "w") as f:
        f["a"] = np.float32(1)
        f["b"] = h5py.SoftLink("/a")
    with h5py.File(folder / "soft_link_new.h5", "w", libver="latest") as f:
        f["a"] = np.float32(1)
        f["b"] = h5py.SoftLink("/a")
    with h5py.File(folder / "external_link.h5", "w") as f:
        f["b"] = h5py.ExternalLink("/etc/passwd", "/a")
    with h5py.File(folder / "virtual.h5", "w", libver="latest") as f:
        layout = h5py.VirtualLayout((2, 4), "f4")
        layout[0] = h5py.VirtualSource("other.h5", "x", (4,))
        f.create_virtual_dataset("v", layout)
    with h5py.File(folder / "external_values.h5", "w") as f:
        f.create_dataset("x", (4,), "f4", external=[("other.bin", 0, 16)])
    with h5py.File(folder / "two_names.h5", "w") as f:
        f["a"] = np.float32(1)
        f["b"] = f["a"]
    with h5py.File(folder / "cycle.h5", "w") as f:
        g = f.create_group("g")
        g["again"] = f["/"]
    with h5py.File(folder / "named_type.h5", "w") as f:
        f["t"] = np.dtype("f4")
    with h5py.File(folder / "unwritten.h5", "w") as f:
        f.create_dataset("x", (1 << 40,), "f4", chunks=(1 << 20,))
    with h5py.File(folder / "unwritten_contiguous.h5", "w") as f:
        f.create_dataset("x", (1 << 40,), "f4")
    with h5py.File(folder / "growing.h5", "w", libver="latest") as f:
        f.create_dataset("x", data=np.zeros(9), chunks=(4,), maxshape=(None,))
    with h5py.File(folder / "lzf.h5", "w") as f:
        f.create_dataset("x", data=np.zeros(100), chunks=(10,), compression="lzf")


def numpy_files():
    a = np.arange(-12, 12).reshape(2, 3, 4)
    d = {t.replace(">", "be_"): a.astype(t) for t in ["f2", "f4", "f8", "i4", "i8", ">f4"]}
    d.update({t: np.abs(a).astype(t) for t in ["u1", "u8"]}, bool=a > 0)
    d.update(fortran=np.asfortranarray(a.astype("f4")), scalar=np.float32(3))
    d.update(empty=np.zeros((0, 3), "f4"), vector=np.arange(5, dtype="i1"))
    np.savez(OUT / "stored.npz", **d)
    np.savez_compressed(OUT / "deflated.npz", **d)
    for v in [1, 2, 3]:
        with open(OUT / ("version%d.npy" % v), "wb") as f:
            np.lib.format.write_array(f, a.astype("f4"), version=(v, 0))


def stored_type(v):
    if v.dtype.kind == "f":
        return "FLOAT32", v.astype("<f4")
    if v.dtype.itemsize == 8 or v.dtype == "uint32":
        return "INT64", v.astype("<i8")
    return "INT32", v.astype("<i4")


def shape(v):
    return "x".join(map(str, v.shape)) if v.shape else "scalar"


def array(path, v):
    name, values = stored_type(v)
    crc = zlib.crc32(np.ascontiguousarray(values).tobytes())
    return "dataset %s %s %s %d" % (path, name, shape(v), crc)


def facts(node, path):
    for k in sorted(node.attrs):
        v = node.attrs[k]
        v = np.atleast_1d(np.array(v, dtype=object) if isinstance(v, (str, bytes)) else v)
        if v.dtype.kind in "if" and v.size:
            yield "number %s %s %r" % (path, k, float(v[0]))
        else:
            texts = [x.decode() if isinstance(x, bytes) else x for x in v]
            crc = zlib.crc32("".join(x + "\n" for x in texts).encode())
            yield "text %s %s %d %d" % (path, k, len(texts), crc)
    if isinstance(node, h5py.Group):
        yield "group " + path
        for k in sorted(node):
            yield from facts(node[k], path.rstrip("/") + "/" + k)
    else:
        v = np.array(node)
        if node.attrs.get("dtype") == "bfloat16":
            v = (v.view("u2").astype("u4") << 16).view("f4").reshape(v.shape)
        yield array(path, v)


def contents():
    for file in sorted(OUT.iterdir()):
        if file.suffix == ".h5":
            yield "file " + file.name
            with h5py.File(file) as f:
                yield from facts(f, "/")
        elif file.suffix == ".npz":
            yield "file " + file.name
            for k, v in np.load(file).items():
                yield array(k, v)
        elif file.suffix == ".npy":
            yield "file " + file.name
            yield array("array", np.load(file))


def main():
    shutil.rmtree(OUT, ignore_errors=True)
    OUT.mkdir(parents=True)
    keras_files()
    hdf5_files()
    refused()
    numpy_files()
    (OUT / "contents.txt").write_text("\n".join(contents()) + "\n")


if __name__ == "__main__":
    main()
