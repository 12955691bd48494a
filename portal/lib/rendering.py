"""How Django forms become HTML: with our field, form and error summary templates.

The built-in widget templates are used as they are, so `django.forms` is an installed app.
"""

from django.forms.renderers import TemplatesSetting


class FormRenderer(TemplatesSetting):
    """`{{ form }}` is an error summary and all fields, `{{ form.name.as_field_group }}` is one field."""

    form_template_name = "components/form.html"
    field_template_name = "components/field.html"
