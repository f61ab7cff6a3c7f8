# The types of the assertions in `nixfleet.vmTest`. Where one field says it all, that field alone
# will do: `"nginx.service"` for `{ unit = "nginx.service"; }`.
{ lib }:
let
  inherit (lib) mkOption types;

  field =
    type: default: example: description:
    mkOption {
      inherit
        type
        default
        example
        description
        ;
    };
  required =
    type: example: description:
    mkOption { inherit type example description; };

  optional = type: field (types.nullOr type) null;

  within =
    field types.ints.positive 30 60
      "For how many seconds it is tried again before it counts as failed.";

  assertion =
    options:
    types.submodule {
      options = options // {
        inherit within;
      };
    };

  short =
    from: name: to:
    types.coercedTo from (value: { ${name} = value; }) to;

  matching = {
    exact = optional types.str "ok\n" "The whole text, to the letter.";
    contains = optional types.str "ok" "A part of the text.";
    regex = optional types.str "^[0-9]+$" "A regular expression that is found in the text.";
  };
in
{
  unit = short types.str "unit" (assertion {
    unit =
      required (types.strMatching ".+\\.[a-z]+") "nginx.service"
        "Name of the unit, with its suffix.";
    state = field (types.enum [
      "active"
      "inactive"
      "failed"
      "activating"
      "deactivating"
      "reloading"
    ]) "active" "inactive" "The state as `systemctl is-active` names it.";
  });

  port = short types.port "port" (assertion {
    port = required types.port 443 "The TCP port.";
    from = field (types.enum [
      "guest"
      "outside"
    ]) "guest" "outside" "From where the connection is made: in the guest, or through its firewall.";
  });

  http = assertion {
    url =
      required (types.strMatching "https?://.+") "http://localhost/health"
        "The URL that is requested.";
    status = field (types.ints.between 100 599) 200 301 "The status of the answer.";
    body = field (types.submodule { options = matching; }) { } {
      contains = "ok";
    } "What the body of the answer must be.";
  };

  command = short types.str "command" (assertion {
    command = required types.str "id ops" "The command line.";
    user = field types.str "root" "ops" "The user that runs it.";
    status = field types.ints.u8 0 1 "The status that it must exit with.";
    stdout = field (types.submodule { options = matching; }) { } {
      contains = "wheel";
    } "What it must write to its standard output.";
  });

  file = short types.str "path" (assertion {
    path = required (types.strMatching "/.*") "/etc/secret" "The path.";
    mode = optional (types.strMatching "[0-7]{3,4}") "0600" "Its permissions, in octal.";
    owner = optional types.str "root" "The name of its owner.";
    group = optional types.str "root" "The name of its group.";
  });
}
