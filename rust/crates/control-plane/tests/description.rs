//! The description of the interface, and what is answered: each says the same.

mod common;

use boon::{Compiler, Schemas};
use common::{Fleet, Host, Plane};
use nixfleet_rollout::Phase;
use serde_json::{Value, json};

const AT: &str = "https://nixfleet.invalid/openapi.json";

struct Description {
    whole: Value,
}

impl Description {
    /// Whether a value is what the description has at a place of it.
    fn check(&self, place: &str, value: &Value) {
        let (mut schemas, mut compiler) = (Schemas::new(), Compiler::new());
        compiler.add_resource(AT, self.whole.clone()).unwrap();
        let schema = compiler.compile(&format!("{AT}#{place}"), &mut schemas).unwrap();
        schemas.validate(value, schema).unwrap_or_else(|why| panic!("{place}: {why}\n{value}"));
    }

    fn answer(&self, method: &str, path: &str, value: &Value) {
        let path = path.replace('/', "~1").replace('{', "%7B").replace('}', "%7D");
        let place =
            format!("/paths/{path}/{method}/responses/200/content/application~1json/schema");
        self.check(&place, value);
    }
}

#[test]
fn what_is_answered_is_what_is_described() {
    let fleet = Fleet::of(
        &[("web-01", "canary"), ("web-02", "rest")],
        json!([{ "name": "canary" }, { "name": "rest", "need": 9 }]),
    );
    let plane = Plane::start();
    let description = Description { whole: plane.get("/openapi.json") };
    let refused = |value: &Value| description.check("/components/schemas/Refused", value);

    // Before the first release,
    description.answer("get", "/v1/status", &plane.get("/v1/status"));
    description.answer("get", "/v1/hosts", &plane.get("/v1/hosts"));
    description.answer("get", "/v1/release", &plane.get("/v1/release"));
    refused(&plane.get("/v1/rollout"));
    // and in the middle of one.
    let files = serde_json::to_value(fleet.release(1)).unwrap();
    description.check("/components/schemas/Files", &files);
    description.answer("post", "/v1/release", &plane.post("/v1/release", &files).1);
    let mut host = Host::of(&plane, &fleet, "web-01");
    host.may_soon();
    host.says(Phase::Reverted { why: "nginx.service failed".into() }, 1, "web-01");
    for command in [json!({ "command": "pause" }), json!({ "command": "skip", "host": "web-02" })] {
        description.check("/components/schemas/Command", &command);
        description.answer("post", "/v1/commands", &plane.command(&command).1);
    }
    for path in ["/v1/status", "/v1/rollout", "/v1/hosts", "/v1/log", "/v1/release"] {
        description.answer("get", path, &plane.get(path));
    }
    description.answer("get", "/v1/hosts/{name}", &plane.get("/v1/hosts/web-01"));
    refused(&plane.get("/v1/hosts/web-09"));
    refused(&plane.command(&json!({ "command": "hold", "host": "web-09" })).1);
    refused(&plane.bring(&fleet.release_by(2, "home", 9)).1);
}
