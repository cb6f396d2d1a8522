"""Fifty typical queries: single words, phrases, combinations, patterns, sections and themes."""

TYPICAL = """
neglect
adolescent
domestic abuse
voice of the child
"voice of the child"
"professional curiosity"
"information sharing"
"lack of professional curiosity"
neglect AND adolescent
neglect OR maltreatment
neglect -dental
neglect (teenager OR adolescent)
"was not brought" OR =DNA
"missed appointment*"
neglect NEAR/10 adolescent*
"mental health" NEAR/5 (parent* OR mother)
"information sharing"~5
safeguard*
multi-agency
multiagency
self-harm*
=DNA
=GP
neglcet~
child's
children's social care
"social worker"
"strategy discussion"
"section 47"
threshold*
escalation policy
disguised compliance
"disguised compliance" OR "disguised cooperation"
fabricated illness
in:recommendations neglect
in:recommendations training
in:findings (information sharing)
in:"action plan" training
year:2015..2020 neglect
kind:summary neglect
school attendance
"elective home education" OR "home educated"
child sexual exploitation
knife OR gang OR "county lines"
father* -grandfather*
substance misuse parent*
"private fostering"
unborn OR "pre-birth"
theme:"voice of the child"
theme:"professional curiosity"
""".strip().splitlines()
