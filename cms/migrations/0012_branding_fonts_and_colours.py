from django.db import migrations, models


class Migration(migrations.Migration):

    dependencies = [
        ('cms', '0011_search'),
    ]

    operations = [
        migrations.AlterField(
            model_name='branding',
            name='font',
            field=models.CharField(choices=[('figtree', 'Modern (Figtree)'), ('fraunces', 'Elegant (Fraunces for headings, Figtree for text)'), ('sans', 'Clear (the device’s sans serif)'), ('serif', 'Classic (the device’s serif)'), ('rounded', 'Friendly (the device’s rounded)'), ('mono', 'Technical (the device’s monospaced)')], default='figtree', max_length=12, verbose_name='typeface'),
        ),
    ]
