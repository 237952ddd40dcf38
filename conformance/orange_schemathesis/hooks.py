"""What chance would not find in Orange's API: the project that the caller reaches, and public keys
that are keys. Half of the requests get them; the other half stay as chance made them."""

import os
import pathlib

import schemathesis
from hypothesis import strategies as st

PROJECT = "3fa85f64-5717-4562-b3fc-2c963f66afa6"
KEY = pathlib.Path(os.environ["ORANGE_PUBLIC_KEY"]).read_text()


def _half(strategy, change):
    return st.one_of(strategy, strategy.map(change))


@schemathesis.hook
def before_generate_path_parameters(context, strategy):
    def reachable(parameters):
        if isinstance(parameters, dict) and "projectId" in parameters:
            return {**parameters, "projectId": PROJECT}
        return parameters

    return _half(strategy, reachable)


@schemathesis.hook
def before_generate_body(context, strategy):
    def importing(body):
        if isinstance(body, dict) and "publicKey" in body:
            return {**body, "publicKey": KEY}
        return body

    return _half(strategy, importing)
