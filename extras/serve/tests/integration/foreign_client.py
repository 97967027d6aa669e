"""Sends requests to a running server by clients of other projects: the standard library's, and curl.
   foreign_client.py PORT MODEL PICTURE   prints the labels that it got, one for each kind of request."""
import base64, gzip, http.client, json, struct, subprocess, sys, urllib.request, zlib

port, model, picture = int(sys.argv[1]), sys.argv[2], open(sys.argv[3], "rb").read()
base = f"http://127.0.0.1:{port}/v2/models/{model}"
connection = http.client.HTTPConnection("127.0.0.1", port, timeout=60)


def ask(body, headers={}):
    connection.request("POST", f"/v2/models/{model}/infer", body, headers)
    response = connection.getresponse()
    assert response.status == 200, (response.status, response.read())
    return response, response.read()


def label(answer):
    return [output for output in answer["outputs"] if output["name"] == "label"][0]["data"][0]


meta = json.load(urllib.request.urlopen(base))
assert [i["datatype"] for i in meta["inputs"]] == ["FP32", "UINT8", "BYTES"], meta
encoded = base64.b64encode(picture).decode()
request = {"inputs": [{"name": "picture", "shape": [1], "datatype": "BYTES", "data": [encoded]}]}
text = json.dumps(request).encode()
found = [label(json.load(urllib.request.urlopen(base + "/infer", text)))]           # urllib
found.append(label(json.loads(ask(text)[1])))                                       # http.client
found.append(label(json.loads(ask(gzip.compress(text), {"Content-Encoding": "gzip"})[1])))
found.append(label(json.loads(ask(zlib.compress(text), {"Content-Encoding": "deflate"})[1])))
found.append(label(json.loads(ask(iter([text[:100], text[100:]]))[1])))             # in chunks
found.append(label(json.loads(subprocess.run(
    ["curl", "-sS", "--data-binary", "@-", base + "/infer"], input=text, check=True,
    capture_output=True).stdout)))

# The network's input, sent back in every other form, gives the same logits to the bit.
request["outputs"] = [{"name": "pixels"}, {"name": "logits"}]
pixels, logits = json.loads(ask(json.dumps(request))[1])["outputs"]
shape = pixels["shape"]
units = [struct.unpack("f", struct.pack("f", p / 255))[0] for p in pixels["data"]]
wanted = [{"name": "logits", "parameters": {"binary_data": True}}]
for name, datatype, values, raw in [
        ("pixels", "UINT8", pixels["data"], bytes(pixels["data"])),
        ("images", "FP32", units, struct.pack(f"<{len(units)}f", *units))]:
    tensor = {"name": name, "shape": shape, "datatype": datatype}
    plain = json.loads(ask(json.dumps({"inputs": [dict(tensor, data=values)]}))[1])
    assert plain["outputs"][0]["data"] == logits["data"], (name, plain, logits)
    head = json.dumps({"inputs": [dict(tensor, parameters={"binary_data_size": len(raw)})],
                       "outputs": wanted}).encode()
    response, body = ask(head + raw, {"Inference-Header-Content-Length": str(len(head)),
                                      "Content-Type": "application/octet-stream"})
    length = int(response.headers["Inference-Header-Content-Length"])
    output = json.loads(body[:length])["outputs"][0]
    assert output["parameters"]["binary_data_size"] == len(body) - length
    assert list(struct.unpack(f"<{len(logits['data'])}f", body[length:])) == [
        struct.unpack("f", struct.pack("f", v))[0] for v in logits["data"]]
    found.append(label(plain))
print(" ".join(found))
