#!/usr/bin/env python3
"""Serves a folder as good and bad servers do: the first part of an address says how.

  server.py FOLDER PORT [CERTIFICATE]    by https where there is one, with its key

  /good/…       as it is, with an ETag and ranges
  /endless/…    for ever more bytes
  /circle/…     a redirect to itself
  /html/…       a page of a gateway
  /silent/…     nothing, and the connection stays
  /cut/…        64 KiB of each answer at 200 KiB a second, then the connection ends; with ranges, so that it can
                go on
  /flipped/…    archives with one byte changed
  /short/…      archives cut to their half, and said to be whole
  /unsigned/…   descriptions of archives without their signatures
  /other/…      descriptions of archives that name another path
Each request is a line of FOLDER/requests.
"""
import hashlib
import os
import re
import ssl
import sys
import time
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

ROOT = sys.argv[1]
CUT = 64 * 1024
PIECE = 16 * 1024
SPEED = 200 * 1024


class Server(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_HEAD(self):
        self.do_GET()

    def do_GET(self):
        with open(f"{ROOT}/requests", "a") as file:
            file.write(f"{self.command} {self.path}\n")
        _, how, name = (self.path.split("?")[0] + "//").split("/", 2)
        if how == "endless":
            return self.endless()
        if how == "circle":
            return self.answer(302, b"", {"Location": self.path})
        if how == "html":
            return self.answer(200, b"<html><h1>Please log in</h1></html>", {"Content-Type": "text/html"})
        if how == "silent":
            return time.sleep(3600)
        path = os.path.normpath(os.path.join(ROOT, name.rstrip("/")))
        if not path.startswith(ROOT) or not os.path.isfile(path):
            return self.answer(404, b"")
        with open(path, "rb") as file:
            data = file.read()
        is_archive, is_description = "/nar/" in path, path.endswith(".narinfo")
        if how == "flipped" and is_archive:
            data = data[:-9] + bytes([data[-9] ^ 1]) + data[-8:]
        if how == "short" and is_archive:
            data = data[: len(data) // 2]
        if how == "unsigned" and is_description:
            data = re.sub(rb"^Sig: .*\n", b"", data, flags=re.M)
        if how == "other" and is_description:
            data = data.replace(b"StorePath: /nix/store/", b"StorePath: /nix/store/x")
        self.file(data, CUT if how == "cut" else None)

    def file(self, data, most):
        mark = '"' + hashlib.sha256(data).hexdigest() + '"'
        if self.headers.get("If-None-Match") == mark:
            return self.answer(304, b"")
        begin = re.match(r"bytes=(\d+)-$", self.headers.get("Range", ""))
        status, headers = 200, {"ETag": mark, "Accept-Ranges": "bytes"}
        if begin and int(begin[1]) < len(data):
            headers["Content-Range"] = f"bytes {begin[1]}-{len(data) - 1}/{len(data)}"
            status, data = 206, data[int(begin[1]):]
        self.answer(status, data, headers, most)

    def answer(self, status, data, headers={}, most=None):
        self.send_response(status)
        for name, value in {**headers, "Content-Length": str(len(data))}.items():
            self.send_header(name, value)
        self.end_headers()
        if self.command == "GET":
            for begin in range(0, len(data[:most]), PIECE):
                self.wfile.write(data[:most][begin : begin + PIECE])
                time.sleep(0 if most is None else PIECE / SPEED)
        if most is not None and len(data) > most:
            self.close_connection = True

    def endless(self):
        self.send_response(200)
        self.end_headers()
        try:
            while True:
                self.wfile.write(b" " * CUT)
        except OSError:
            self.close_connection = True

    def log_message(self, *_):
        pass


server = ThreadingHTTPServer(("0.0.0.0", int(sys.argv[2])), Server)
if len(sys.argv) > 3:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(sys.argv[3])
    # Without a thread of its own for the handshake one client could keep all others waiting.
    server.socket = context.wrap_socket(server.socket, server_side=True, do_handshake_on_connect=False)
server.serve_forever()
