#!/usr/bin/env node
import "../dist/node/dchat-rpc.js"
