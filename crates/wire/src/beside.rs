//! What is served beside the list of operations, as the OpenAPI document has it.

use schemars::SchemaGenerator;
use serde_json::{Value, json};

use crate::batch::{Answered, LONGEST_ID, LONGEST_URL, MOST_REQUESTS};
use crate::error::ErrorBody;
use crate::example;

/// Several requests in one.
pub(crate) fn describe_batch(schemas: &mut SchemaGenerator) -> Value {
    let request = json!({
        "type": "object",
        "properties": {
            "id": {"type": "string", "minLength": 1, "maxLength": LONGEST_ID},
            "method": {"type": "string", "minLength": 1, "maxLength": 16},
            "url": {"type": "string", "minLength": 1, "maxLength": LONGEST_URL},
            "headers": {"type": ["object", "null"], "additionalProperties": {"type": "string"}},
            "body": {},
            "dependsOn": {"type": ["array", "null"], "items": {"type": "string"}}
        },
        "required": ["id", "method", "url"]
    });
    let list = |name: &str, items: Value| {
        let list = json!({"type": "array", "maxItems": MOST_REQUESTS, "items": items});
        json!({"type": "object", "properties": {name: list}, "required": [name]})
    };
    let answered = schemas.subschema_for::<Answered>().to_value();
    let error = json!({"application/json": {"schema": schemas.subschema_for::<ErrorBody>()}});
    json!({
        "summary": "Send up to 20 requests in one",
        "description": "Each is authorised and answered on its own; answers carry their `body` beside what is shown.",
        "operationId": "batch",
        "tags": ["batch"],
        "requestBody": {"required": true, "content": {"application/json": {
            "schema": list("requests", request), "example": example::batch()
        }}},
        "responses": {
            "200": {
                "description": "An answer for each.",
                "content": {"application/json": {"schema": list("responses", answered)}}
            },
            "400": {"description": "The batch is at fault; nothing was tried.", "content": error},
            "401": {"description": "The token proves nothing.", "content": error},
            "default": {"description": "Any other error.", "content": error}
        }
    })
}

/// The description for readers of OData.
pub(crate) fn describe_metadata() -> Value {
    json!({
        "summary": "Describe what is served, in OData's words",
        "operationId": "metadata",
        "tags": ["metadata"],
        "security": [],
        "parameters": [{
            "name": "$format", "in": "query", "description": "`json` or `xml`; else by `Accept`.",
            "schema": {"type": "string"}
        }],
        "responses": {"200": {"description": "CSDL.", "content": {
            "application/xml": {"schema": {"type": "string"}}, "application/json": {"schema": {"type": "object"}}
        }}}
    })
}
